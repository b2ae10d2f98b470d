import { randomUUID } from 'node:crypto';
import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const local = fileURLToPath(new URL('../../.local/', import.meta.url));

/**
 * Makes a folder hold exactly these files. Each is written elsewhere and takes its place by a rename, so whoever reads meanwhile finds
 * every file whole, and any number of processes may do this at once.
 */
export async function putInPlace(
  folder: string,
  files: Readonly<Record<string, string | Uint8Array>>,
): Promise<void> {
  const draft = join(local, `package-${randomUUID()}`);
  try {
    await Promise.all([draft, folder].map((path) => mkdir(path, { recursive: true })));
    for (const [name, content] of Object.entries(files)) {
      await writeFile(join(draft, name), content);
      await rename(join(draft, name), join(folder, name));
    }
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
  const strays = (await readdir(folder)).filter((name) => !(name in files));
  await Promise.all(strays.map((name) => rm(join(folder, name), { recursive: true, force: true })));
}
