import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** The APIs of this repository, by the names of their folders. */
export const apis = ['original-api', 'downstream-api'] as const;

/** The name of an API. */
export type Api = (typeof apis)[number];

/** Returns the absolute path of the folder with the deployable files of an API. */
export function artefactFolder(api: Api): string {
  return join(root, api, 'dist');
}
