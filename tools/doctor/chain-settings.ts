import type { Environment } from '../../shared/settings.ts';

/** The unparsed settings of both APIs. */
export interface ChainSettings {
  /** Where the settings were found, for display: `local.settings.json`, `the environment`, … */
  readonly source: string;
  /** The settings of Original API. */
  readonly original: Environment;
  /** The settings of Downstream API. */
  readonly downstream: Environment;
  /**
   * The health endpoint of Original API. No setting contains its address, so it is known only for
   * an API on this machine.
   */
  readonly originalHealth: URL | undefined;
}
