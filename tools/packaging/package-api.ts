import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Api, apis, artefactFolder } from './apis.ts';
import { createBillOfMaterials, readComponents } from './bill-of-materials.ts';
import { bundleApi } from './bundle-api.ts';
import { findViolations, readBundleContents } from './bundle-contents.ts';
import { replaceFiles } from './replace-files.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** The result of packaging one API. */
export interface PackagedApi {
  /** The folder to deploy. It contains only host.json, package.json and functions.js. */
  readonly artefact: string;
  /** The folder with the source map, the metafile, the bill of materials and the licences. */
  readonly buildInfo: string;
  /** The files of the artefact. */
  readonly files: readonly PackagedFile[];
  /** The number of packages in the bundle. */
  readonly packageCount: number;
}

/** A file of an artefact. */
export interface PackagedFile {
  /** The name of the file in the folder. */
  readonly name: string;
  /** The size of the file in bytes. */
  readonly bytes: number;
}

/**
 * Packages these APIs concurrently.
 * @throws {Error} naming everything that must not be in a bundle. Nothing is written for that API.
 */
export async function packageApis(chosen: readonly Api[] = apis): Promise<readonly PackagedApi[]> {
  try {
    return await Promise.all(chosen.map(packageApi));
  } finally {
    // esbuild keeps a child process running until it is stopped.
    const esbuild = await import('esbuild');
    await esbuild.stop();
  }
}

async function packageApi(api: Api): Promise<PackagedApi> {
  const [bundle, manifestText, hostJson] = await Promise.all([
    bundleApi(api),
    readFile(join(root, 'package.json'), 'utf8'),
    readFile(join(root, 'host.json')),
  ]);
  const manifest = JSON.parse(manifestText);
  const contents = readBundleContents(bundle.metafile);
  const violations = findViolations(api, contents, Object.keys(manifest.dependencies));
  if (violations.length > 0) {
    const lines = violations.map((violation) => `  - ${violation}`);
    throw new Error(`${api} cannot be packaged:\n${lines.join('\n')}`);
  }

  const product = { name: api, version: manifest.version };
  const components = await readComponents(contents.packages);
  const files = {
    'host.json': hostJson,
    'package.json': formatJson({
      ...product,
      private: true,
      type: 'commonjs',
      main: 'functions.js',
    }),
    'functions.js': bundle.code,
  };
  const artefact = artefactFolder(api);
  const buildInfo = join(root, 'packaged', api);
  await replaceFiles(artefact, files);
  await replaceFiles(buildInfo, {
    'functions.js.map': bundle.sourceMap,
    'metafile.json': formatJson(bundle.metafile),
    'bom.json': formatJson(createBillOfMaterials(product, components)),
    'licences.txt': bundle.licences,
  });
  return {
    artefact,
    buildInfo,
    files: Object.entries(files).map(([name, content]) => ({
      name,
      bytes: Buffer.byteLength(content),
    })),
    packageCount: contents.packages.length,
  };
}

function formatJson(value: object): string {
  return `${JSON.stringify(value, undefined, 2)}\n`;
}
