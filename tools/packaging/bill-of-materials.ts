import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** The application that a bill of materials describes. */
export interface Product {
  /** The name of the application. */
  readonly name: string;
  /** The version of the application. */
  readonly version: string;
}

/** A package inside a bundle. */
export interface Component {
  /** The name of the package, with its scope. */
  readonly name: string;
  /** The installed version. */
  readonly version: string;
  /** The SPDX licence id or expression from the package's own package.json. */
  readonly licence: string;
  /** The integrity that package-lock.json pins: `sha512-` and the digest in base64. */
  readonly integrity: string;
}

/**
 * Reads the packages in these folders, such as `node_modules/jose`.
 * @throws {Error} if a package differs from package-lock.json or states no licence
 */
export async function readComponents(folders: readonly string[]): Promise<readonly Component[]> {
  const lock = JSON.parse(await readFile(join(root, 'package-lock.json'), 'utf8'));
  return Promise.all(
    folders.map(async (folder) => {
      const { name, version, license } = JSON.parse(
        await readFile(join(root, folder, 'package.json'), 'utf8'),
      );
      const locked = lock.packages[folder];
      if (locked?.version !== version)
        throw new Error(
          `${folder} has version ${version}, but package-lock.json has ${locked?.version}. ` +
            'Run npm ci.',
        );
      if (typeof license !== 'string')
        throw new Error(`The package.json of ${folder} states no licence.`);
      return { name, version, licence: license, integrity: locked.integrity };
    }),
  );
}

/**
 * Creates a software bill of materials in CycloneDX 1.6 (https://cyclonedx.org/docs/1.6/json).
 * It has no timestamp and no serial number, so the same packages give the same bytes.
 */
export function createBillOfMaterials(
  product: Product,
  components: readonly Component[],
): Readonly<Record<string, unknown>> {
  // The same version of a package can be installed in several folders.
  const entries = new Map(
    components.map((component) => [packageUrl(component), describeComponent(component)]),
  );
  return {
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    version: 1,
    metadata: { component: { type: 'application', 'bom-ref': product.name, ...product } },
    components: [...entries.keys()].sort().map((url) => entries.get(url)),
  };
}

function describeComponent(component: Component) {
  const { name, version, licence, integrity } = component;
  const isExpression = /\s/.test(licence);
  const digest = Buffer.from(integrity.replace(/^sha512-/, ''), 'base64');
  return {
    type: 'library',
    'bom-ref': packageUrl(component),
    name,
    version,
    purl: packageUrl(component),
    licenses: [isExpression ? { expression: licence } : { license: { id: licence } }],
    hashes: [{ alg: 'SHA-512', content: digest.toString('hex') }],
  };
}

/** https://github.com/package-url/purl-spec: the `@` of a scope is percent-encoded. */
function packageUrl({ name, version }: Component): string {
  return `pkg:npm/${name.replace('@', '%40')}@${version}`;
}
