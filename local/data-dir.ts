import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const marker = 'made-by-the-local-stand';

/**
 * Makes the emulators's data folder (mode 0700); with `fresh`, empties it first.
 * @throws Error rather than deleting or filling a folder that holds something else
 */
export function prepareDataDir(folder: string, fresh: boolean): void {
  const foreign =
    existsSync(folder) && readdirSync(folder).length > 0 && !existsSync(join(folder, marker));
  if (foreign)
    throw new Error(
      `${folder} holds something that is not the emulators's. Empty it, or set EMULATOR_DATA_DIR to another folder.`,
    );
  if (fresh) rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  writeFileSync(join(folder, marker), '');
}
