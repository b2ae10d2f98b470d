/** `npm run package`: bundles the deployable files of each API into its `dist` folder. */
import { relative } from 'node:path';
import { build } from './build.ts';
import { type Command, runCommand, UsageError } from './command-line.ts';
import { type Api, apis } from './packaging/apis.ts';
import { measureLoad } from './packaging/measure-load.ts';
import { type PackagedApi, packageApis } from './packaging/package-api.ts';

const command = {
  usage: [`npm run package -- [${apis.join(' | ')}] [--measure]`],
  description: 'Bundles the deployable files of each API into its dist folder.',
  options: {
    measure: {
      type: 'boolean',
      help: 'Compare the load times of the bundled and the unbundled app.',
    },
  },
  positionals: true,
} as const satisfies Command;

function chooseApis(names: readonly string[]): readonly Api[] {
  const unknown = names.filter((name) => !apis.some((api) => api === name));
  if (unknown.length > 0) throw new UsageError(`Unknown API ${unknown.join(', ')}.`);
  if (names.length === 0) return apis;
  return apis.filter((api) => names.includes(api));
}

function printPackage({ artefact, buildInfo, files, packageCount }: PackagedApi): void {
  console.log(`${relativePath(artefact)}:`);
  for (const { name, bytes } of files)
    console.log(`  ${name.padEnd(13)}${bytes.toLocaleString('en').padStart(12)} bytes`);
  console.log(
    `  Contains ${packageCount} packages. ` +
      `Source map, metafile and bill of materials: ${relativePath(buildInfo)}`,
  );
}

function printLoad(api: Api): void {
  const { bundled, unbundled } = measureLoad(api);
  const ratio = (bundled.milliseconds / unbundled.milliseconds).toFixed(2);
  const opens =
    bundled.opens === undefined
      ? 'opened files not counted (strace is not installed)'
      : `${bundled.opens} files opened (unbundled ${unbundled.opens})`;
  console.log(
    `${api} loads in ${bundled.milliseconds.toFixed(0)} ms ` +
      `(unbundled ${unbundled.milliseconds.toFixed(0)} ms): ratio ${ratio}, ${opens}`,
  );
}

function relativePath(path: string): string {
  return relative(process.cwd(), path) || path;
}

await runCommand(command, async ({ positionals, values }) => {
  const chosen = chooseApis(positionals);
  for (const packaged of await packageApis(chosen)) printPackage(packaged);
  if (values.measure) {
    await build();
    for (const api of chosen) printLoad(api);
  }
});
