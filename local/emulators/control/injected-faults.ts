import {
  type Fault,
  type FaultyEndpoint,
  faultKinds,
  faultyEndpoints,
  parseFault,
} from './faults.ts';
import { UnknownPolicy } from './unknown-policy.ts';

/** The faults that are currently injected. */
export interface InjectedFaults {
  /** The fault of an endpoint, if there is one. */
  find(endpoint: FaultyEndpoint): Fault | undefined;
  /** Lists the faults in the syntax of `set`, such as `token=429:5`. */
  list(): readonly string[];
  /**
   * Sets or ends the fault of an endpoint.
   * @param text `ENDPOINT=KIND` or `ENDPOINT=off`.
   * @throws {UnknownPolicy} for an unknown endpoint or kind.
   */
  set(text: string): void;
  /** Ends all faults. */
  clear(): void;
}

interface InjectedFault {
  /** Such as `429:5`. */
  readonly kind: string;
  readonly fault: Fault;
}

/** Creates an empty set of faults. */
export function createInjectedFaults(): InjectedFaults {
  const faults = new Map<FaultyEndpoint, InjectedFault>();
  return {
    find: (endpoint) => faults.get(endpoint)?.fault,
    list: () => [...faults].map(([endpoint, { kind }]) => `${endpoint}=${kind}`),
    set: (text) => {
      const [name, kind = ''] = text.split(/=(.*)/s);
      const endpoint = faultyEndpoints.find((known) => known === name);
      if (!endpoint) {
        throw new UnknownPolicy(
          `No endpoint "${name}". Use ENDPOINT=KIND. Endpoints: ${faultyEndpoints.join(', ')}.`,
        );
      }
      if (kind === 'off') {
        faults.delete(endpoint);
        return;
      }
      const fault = parseFault(kind);
      if (!fault) throw new UnknownPolicy(`No fault "${kind}". Kinds: ${faultKinds}, off.`);
      faults.set(endpoint, { kind, fault });
    },
    clear: () => faults.clear(),
  };
}
