/**
 * `npm run package [-- API…] [--measure]`: what is deployed of each API, into original-api/dist and downstream-api/dist;
 * `--measure` also says how much faster than the unbundled app it loads.
 */
import { relative } from 'node:path';
import { parseArgs } from 'node:util';
import { build } from './build.ts';
import { measureLoad } from './packaging/measure-load.ts';
import { type Api, apis, type Packaged, packageApis } from './packaging/package-api.ts';

const usage = `Usage: npm run package [-- ${apis.join(' | ')}] [--measure]`;

function readArguments(): { readonly chosen: readonly Api[]; readonly measure: boolean } {
  try {
    const { positionals, values } = parseArgs({
      allowPositionals: true,
      options: { measure: { type: 'boolean', default: false } },
    });
    const unknown = positionals.filter((name) => !apis.some((api) => api === name));
    if (unknown.length > 0) throw new Error(`There is no API ${unknown.join(', ')}.`);
    return {
      chosen: positionals.length > 0 ? apis.filter((api) => positionals.includes(api)) : apis,
      measure: values.measure,
    };
  } catch (error) {
    throw new Error(`${error instanceof Error ? error.message : String(error)}\n${usage}`);
  }
}

function report({ artefact, beside, files, packages }: Packaged): void {
  console.log(`${relative(process.cwd(), artefact) || artefact}:`);
  for (const { name, bytes } of files)
    console.log(`  ${name.padEnd(13)}${bytes.toLocaleString('en').padStart(12)} bytes`);
  console.log(
    `  ${packages} packages inside; source map, metafile and bill of materials in ${relative(process.cwd(), beside) || beside}`,
  );
}

function reportLoad(api: Api): void {
  const { bundled, unbundled } = measureLoad(api);
  const opens =
    bundled.opens === undefined
      ? 'no strace, so opened files are not counted'
      : `${bundled.opens} files opened (${unbundled.opens})`;
  const ratio = (bundled.milliseconds / unbundled.milliseconds).toFixed(2);
  console.log(
    `${api} loads in ${bundled.milliseconds.toFixed(0)} ms (unbundled ${unbundled.milliseconds.toFixed(0)} ms): ratio ${ratio}, ${opens}`,
  );
}

try {
  const { chosen, measure } = readArguments();
  for (const packaged of await packageApis(chosen)) report(packaged);
  if (measure) await build();
  if (measure) for (const api of chosen) reportLoad(api);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
