import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readMaterials, writeBill } from './bill-of-materials.ts';
import { bundleApi } from './bundle-api.ts';
import { findStrangers, readContents } from './contents.ts';
import { putInPlace } from './put-in-place.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

export const apis = ['original-api', 'downstream-api'] as const;
export type Api = (typeof apis)[number];

export interface Packaged {
  /** What is deployed: host.json, package.json and functions.js, nothing else. */
  readonly artefact: string;
  /** What stays: the source map, esbuild's metafile, the bill of materials and the licences' texts. */
  readonly beside: string;
  /** Each file of the artefact with its size in bytes. */
  readonly files: readonly { readonly name: string; readonly bytes: number }[];
  /** How many packages are in the bundle. */
  readonly packages: number;
}

/** Where an API's artefact lies, absolute. */
export const artefactOf = (api: Api) => join(root, api, 'dist');

/** Packages these APIs, at the same time. @throws Error as packageApi does */
export async function packageApis(names: readonly Api[] = apis): Promise<readonly Packaged[]> {
  try {
    return await Promise.all(names.map(packageApi));
  } finally {
    // Its own process would outlive its use.
    await (await import('esbuild')).stop();
  }
}

/**
 * Makes what is deployed of one API, from its sources and the packages of the root's lock.
 * @throws Error naming everything in the bundle that has no place there; then nothing is written
 */
async function packageApi(api: Api): Promise<Packaged> {
  const [{ code, sourceMap, licences, metafile }, manifest, host] = await Promise.all([
    bundleApi(api),
    readFile(join(root, 'package.json'), 'utf8').then(JSON.parse),
    readFile(join(root, 'host.json')),
  ]);
  const contents = readContents(metafile);
  const strangers = findStrangers(api, contents, Object.keys(manifest.dependencies));
  if (strangers.length > 0)
    throw new Error(
      `${api} cannot be packaged:\n${strangers.map((line) => `  - ${line}`).join('\n')}`,
    );
  const product = { name: api, version: manifest.version };
  const bill = writeBill(product, await readMaterials(contents.packages));
  const files = {
    'host.json': host,
    'package.json': json({ ...product, private: true, type: 'commonjs', main: 'functions.js' }),
    'functions.js': code,
  };
  const beside = join(root, 'packaged', api);
  await putInPlace(artefactOf(api), files);
  await putInPlace(beside, {
    'functions.js.map': sourceMap,
    'metafile.json': json(metafile),
    'bom.json': json(bill),
    'licences.txt': licences,
  });
  return {
    artefact: artefactOf(api),
    beside,
    files: Object.entries(files).map(([name, content]) => ({
      name,
      bytes: Buffer.byteLength(content),
    })),
    packages: contents.packages.length,
  };
}

const json = (value: object) => `${JSON.stringify(value, undefined, 2)}\n`;
