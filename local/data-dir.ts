import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** An empty file which shows that the emulators own the data folder. */
const markerName = 'emulators-own-this-folder';

/**
 * Creates the data folder of the emulators with mode 0700.
 * @param fresh whether to delete its content first
 * @throws {Error} if the folder contains files that the emulators did not write
 */
export function prepareDataDir(folder: string, fresh: boolean): void {
  const marker = join(folder, markerName);
  const hasFiles = existsSync(folder) && readdirSync(folder).length > 0;
  if (hasFiles && !existsSync(marker))
    throw new Error(
      `${folder} contains files that the emulators did not write. ` +
        'Empty it, or set EMULATOR_DATA_DIR to another folder.',
    );
  if (fresh) rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  writeFileSync(marker, '');
}
