import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Environment } from './api-settings.ts';

const settingsFile = fileURLToPath(new URL('../local.settings.json', import.meta.url));
const exampleFile = fileURLToPath(new URL('../local.settings.example.json', import.meta.url));
const advice = 'Delete it and run this command again, or correct it yourself.';

/** The settings that must match the running emulators. */
const emulatorSettings = [
  'IDENTITY_HEADER',
  'IDENTITY_ENDPOINT',
  'AZURE_AUTHORITY_HOST',
  'MICROSOFT_GRAPH_ENDPOINT',
] as const;

/** `local.settings.json` of Azure Functions Core Tools. */
interface LocalSettings {
  readonly Values?: Readonly<Record<string, string>>;
}

/**
 * Writes `local.settings.json` for `func start` if the file does not exist. In an existing file,
 * only the key of the managed identity is updated, and only if the file belongs to emulators on the
 * same port.
 * @returns a line that says what happened, or what is wrong with the existing file
 */
export function writeLocalSettings(settings: Environment, file = settingsFile): string {
  if (!existsSync(file)) {
    const example = readLocalSettings(exampleFile);
    save(file, { ...example, Values: { ...example.Values, ...settings } });
    return 'Wrote local.settings.json for these emulators.';
  }
  let current: LocalSettings;
  try {
    current = readLocalSettings(file);
  } catch {
    return `local.settings.json is not valid JSON. ${advice}`;
  }
  const stale = emulatorSettings.filter((name) => current.Values?.[name] !== settings[name]);
  if (stale.length === 0) return 'local.settings.json matches these emulators.';
  const { IDENTITY_HEADER } = settings;
  if (stale.join() === 'IDENTITY_HEADER' && IDENTITY_HEADER !== undefined) {
    save(file, { ...current, Values: { ...current.Values, IDENTITY_HEADER } });
    return 'Updated IDENTITY_HEADER in local.settings.json.';
  }
  return `local.settings.json belongs to other emulators (${stale.join(', ')} differ). ${advice}`;
}

function readLocalSettings(file: string): LocalSettings {
  return JSON.parse(readFileSync(file, 'utf8'));
}

/** The file contains the key of a managed identity, so only its owner may read it. */
function save(file: string, settings: LocalSettings): void {
  writeFileSync(file, `${JSON.stringify(settings, null, 2)}\n`, { mode: 0o600 });
}
