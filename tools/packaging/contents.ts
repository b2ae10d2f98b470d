import { isBuiltin } from 'node:module';
import type { Metafile } from 'esbuild';
import type { Api } from './package-api.ts';

/** What a bundle is made of; everything that esbuild has read counts, whether or not a byte of it is left. */
export interface Contents {
  /** Our own files, such as `shared/api-error.ts`. */
  readonly files: readonly string[];
  /** The folders of packages, such as `node_modules/jose`. */
  readonly packages: readonly string[];
  /** The packages that our own files name. */
  readonly named: readonly string[];
  /** What the bundle still asks the worker for, Node's own modules aside. */
  readonly externals: readonly string[];
}

/** What may be asked for at run time: the worker's own module, and one that a library tries for a proxy with Kerberos and does without. */
const mayBeAsked = ['@azure/functions-core', 'kerberos'];

/** Per API: what must not be in its bundle, since its identity may not do what that is for. */
const foreign: Readonly<Record<Api, RegExp>> = {
  'original-api': /^node_modules\/@azure\/data-tables$/,
  'downstream-api': /^(shared\/obo\/|node_modules\/@azure\/(msal-|identity$|keyvault-))/,
};

export function readContents({ inputs }: Metafile): Contents {
  const paths = Object.keys(inputs);
  const files = paths.filter((path) => !folderOf(path));
  const imports = (of: readonly string[]) => of.flatMap((path) => inputs[path]?.imports ?? []);
  return {
    files,
    packages: distinct(paths.map(folderOf)),
    named: distinct(
      imports(files).map(({ path }) => folderOf(path)?.replace(/^.*node_modules\//, '')),
    ),
    externals: distinct(
      imports(paths).flatMap(({ path, external }) => (external && !isBuiltin(path) ? [path] : [])),
    ),
  };
}

/**
 * Everything in a bundle that has no place there, a sentence each: the other API, the emulators, tests, what this API's identity may not do,
 * and packages that package.json does not declare for production.
 */
export function findStrangers(
  api: Api,
  { files, packages, named, externals }: Contents,
  declared: readonly string[],
): readonly string[] {
  return [
    ...files
      .filter((path) => !path.startsWith(`${api}/`) && !path.startsWith('shared/'))
      .map((path) => `${path} does not ship with ${api}.`),
    ...[...files, ...packages]
      .filter((path) => foreign[api].test(path))
      .map((path) => `${path} has no place in ${api}.`),
    ...named
      .filter((name) => !declared.includes(name))
      .map((name) => `${name} is not among the dependencies of package.json.`),
    ...externals
      .filter((name) => !mayBeAsked.includes(name))
      .map((name) => `${name} is not bundled.`),
  ];
}

/** The folder of the package that a path lies in; `undefined` for a file of ours. */
const folderOf = (path: string) => /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0];

const distinct = (values: readonly (string | undefined)[]) =>
  [...new Set(values.filter((value) => value !== undefined))].sort();
