import { fileURLToPath } from 'node:url';
import type { Metafile } from 'esbuild';
import type { Api } from './apis.ts';
import { slimUndici } from './slim-undici.ts';
import { staticLibraries } from './static-libraries.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** The output of esbuild for one API. */
export interface Bundle {
  /** One CommonJS file. */
  readonly code: Uint8Array;
  /** The source map with the sources. The code does not reference it. */
  readonly sourceMap: Uint8Array;
  /** The licence comments of the bundled packages. */
  readonly licences: Uint8Array;
  /** esbuild's list of inputs and outputs. Paths are relative to the project's root. */
  readonly metafile: Metafile;
}

/**
 * Bundles one API from its sources and the root's node_modules, and writes nothing to disk.
 * The same sources give the same bytes.
 * @throws {Error} with esbuild's message, also for a warning
 */
export async function bundleApi(api: Api): Promise<Bundle> {
  const { build } = await import('esbuild');
  const { outputFiles, metafile, warnings } = await build({
    absWorkingDir: root,
    entryPoints: [`${api}/functions.ts`],
    outfile: `${api}/dist/functions.js`,
    write: false,
    bundle: true,
    platform: 'node',
    // The worker loads CommonJS by `require`. An ES module of this size takes a third longer.
    format: 'cjs',
    target: 'node22.18',
    // This module exists only inside a Functions worker.
    external: ['@azure/functions-core'],
    plugins: [slimUndici, staticLibraries],
    // Identifiers stay readable in production stack traces. Shorter ones do not load faster.
    minifyWhitespace: true,
    minifySyntax: true,
    sourcemap: 'external',
    legalComments: 'external',
    metafile: true,
    logLevel: 'silent',
  });
  if (warnings.length > 0)
    throw new Error(
      warnings.map(({ text, location }) => `${location?.file ?? api}: ${text}`).join('\n'),
    );
  const output = (ending: string) => {
    const file = outputFiles.find(({ path }) => path.endsWith(ending));
    if (!file) throw new Error(`esbuild wrote no file that ends in ${ending}.`);
    return file.contents;
  };
  return {
    code: output('functions.js'),
    sourceMap: output('.map'),
    licences: output('.LEGAL.txt'),
    metafile,
  };
}
