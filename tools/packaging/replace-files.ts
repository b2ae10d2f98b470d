import { randomUUID } from 'node:crypto';
import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const localFolder = fileURLToPath(new URL('../../.local/', import.meta.url));

/**
 * Makes a folder contain exactly these files. Each file is written to a temporary folder and then
 * renamed, so that a concurrent reader never sees an incomplete file and several processes can
 * replace the same files.
 */
export async function replaceFiles(
  folder: string,
  files: Readonly<Record<string, string | Uint8Array>>,
): Promise<void> {
  const draft = join(localFolder, `package-${randomUUID()}`);
  try {
    await Promise.all([draft, folder].map((path) => mkdir(path, { recursive: true })));
    for (const [name, content] of Object.entries(files)) {
      await writeFile(join(draft, name), content);
      await rename(join(draft, name), join(folder, name));
    }
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
  const leftovers = (await readdir(folder)).filter((name) => !(name in files));
  await Promise.all(
    leftovers.map((name) => rm(join(folder, name), { recursive: true, force: true })),
  );
}
