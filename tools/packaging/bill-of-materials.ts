import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));

interface Product {
  readonly name: string;
  readonly version: string;
}

/** A package of a bundle: what its own package.json says, and the integrity that package-lock.json pins (`sha512-` and base64). */
export interface Material extends Product {
  readonly licence: string;
  readonly integrity: string;
}

/**
 * The packages in these folders, such as `node_modules/jose`.
 * @throws Error for a package that is not the one that package-lock.json names, or that states no licence
 */
export async function readMaterials(folders: readonly string[]): Promise<readonly Material[]> {
  const lock = JSON.parse(await readFile(join(root, 'package-lock.json'), 'utf8'));
  return Promise.all(
    folders.map(async (folder) => {
      const { name, version, license } = JSON.parse(
        await readFile(join(root, folder, 'package.json'), 'utf8'),
      );
      const locked = lock.packages[folder];
      if (locked?.version !== version)
        throw new Error(`${folder} is not what package-lock.json names: run npm ci.`);
      if (typeof license !== 'string') throw new Error(`${folder} states no licence.`);
      return { name, version, licence: license, integrity: locked.integrity };
    }),
  );
}

/**
 * A software bill of materials: CycloneDX 1.6 (https://cyclonedx.org/docs/1.6/json), without a time or a serial number,
 * so that the same packages give the same bytes.
 */
export function writeBill(product: Product, materials: readonly Material[]): object {
  const components = materials.map(({ name, version, licence, integrity }) => ({
    type: 'library',
    'bom-ref': packageUrl(name, version),
    name,
    version,
    purl: packageUrl(name, version),
    licenses: [/\s/.test(licence) ? { expression: licence } : { license: { id: licence } }],
    hashes: [
      {
        alg: 'SHA-512',
        content: Buffer.from(integrity.replace(/^sha512-/, ''), 'base64').toString('hex'),
      },
    ],
  }));
  // One package may lie in several folders.
  const distinct = new Map(components.map((component) => [component.purl, component]));
  return {
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    version: 1,
    metadata: { component: { type: 'application', 'bom-ref': product.name, ...product } },
    components: [...distinct.keys()].sort().map((purl) => distinct.get(purl)),
  };
}

/** https://github.com/package-url/purl-spec: the scope's @ is percent-encoded. */
const packageUrl = (name: string, version: string) =>
  `pkg:npm/${name.replace('@', '%40')}@${version}`;
