import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Settings } from './api-settings.ts';

const file = fileURLToPath(new URL('../local.settings.json', import.meta.url));
const example = fileURLToPath(new URL('../local.settings.example.json', import.meta.url));

/**
 * Writes `local.settings.json` for `func start` from the example and the running emulators where there is none (mode 0600: it holds the key to a managed identity).
 * A file that is there stays as it is, but for the key of emulators that was begun anew on the same port.
 * @returns a line that says what happened, or what is wrong with the file that is there
 */
export function offerLocalSettings(settings: Settings, target = file): string {
  if (!existsSync(target)) {
    const { Values, ...rest } = JSON.parse(readFileSync(example, 'utf8'));
    writeFileSync(
      target,
      `${JSON.stringify({ ...rest, Values: { ...Values, ...settings } }, null, 2)}\n`,
      { mode: 0o600, flag: 'wx' },
    );
    return 'Wrote local.settings.json for this emulators.';
  }
  try {
    const { Values, ...rest } = JSON.parse(readFileSync(target, 'utf8'));
    const stale = ['IDENTITY_HEADER', 'IDENTITY_ENDPOINT', 'AZURE_AUTHORITY_HOST'].filter(
      (name) => Values?.[name] !== settings[name],
    );
    if (stale.length === 0) return 'local.settings.json fits this emulators.';
    if (stale.join() === 'IDENTITY_HEADER') {
      // The same emulators, begun anew.
      const { IDENTITY_HEADER } = settings;
      writeFileSync(
        target,
        `${JSON.stringify({ ...rest, Values: { ...Values, IDENTITY_HEADER } }, null, 2)}\n`,
        { mode: 0o600 },
      );
      return 'Wrote the new IDENTITY_HEADER of this emulators into local.settings.json.';
    }
    return `local.settings.json belongs to another emulators (${stale.join(', ')}): delete it and run this again, or mend it by hand.`;
  } catch {
    return 'local.settings.json cannot be read: delete it and run this again, or mend it by hand.';
  }
}
