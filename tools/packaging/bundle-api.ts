import { fileURLToPath } from 'node:url';
import type { Metafile } from 'esbuild';
import type { Api } from './package-api.ts';
import { slimUndici } from './slim-undici.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

export interface Bundle {
  /** One CommonJS file. */
  readonly code: Uint8Array;
  /** Its source map, sources included; the code does not name it. */
  readonly sourceMap: Uint8Array;
  /** The licence comments of what is in it. */
  readonly licences: Uint8Array;
  /** What is in it, by esbuild's own account; paths are relative to the project's root. */
  readonly metafile: Metafile;
}

/**
 * Bundles one API from its sources and the root's node_modules; the same sources give the same bytes. Writes nothing.
 * `@azure/functions-core` stays outside: it exists only inside a Functions worker.
 * @throws Error with esbuild's own words, on warnings too
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
    // CommonJS, because the worker loads that by `require`: an ES module of this size costs it a third more to load.
    format: 'cjs',
    target: 'node22.18',
    external: ['@azure/functions-core'],
    plugins: [slimUndici],
    // Names stay, so that a stack trace in production can be read; shorter ones load no faster (measured).
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
    if (!file) throw new Error(`esbuild made no ${ending}.`);
    return file.contents;
  };
  return {
    code: output('functions.js'),
    sourceMap: output('.map'),
    licences: output('.LEGAL.txt'),
    metafile,
  };
}
