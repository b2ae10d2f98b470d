import { isBuiltin } from 'node:module';
import type { Metafile } from 'esbuild';
import type { Api } from './apis.ts';

/** The inputs of a bundle. Every file that esbuild reads counts, even if its code is unused. */
export interface BundleContents {
  /** Our own files, such as `shared/api-error.ts`. */
  readonly files: readonly string[];
  /** The folders of packages, such as `node_modules/jose`. */
  readonly packages: readonly string[];
  /** The names of the packages that our own files import. */
  readonly directImports: readonly string[];
  /** The modules that the bundle imports at run time, except Node's own. */
  readonly externals: readonly string[];
}

/**
 * The modules that a bundle may import at run time.
 * The Functions worker provides `@azure/functions-core`. A library tries `kerberos` for a proxy
 * and works without it.
 */
const allowedExternals: readonly string[] = ['@azure/functions-core', 'kerberos'];

/** Paths that an API must not contain, because its identity has no right to use them. */
const forbiddenPaths: Readonly<Record<Api, RegExp>> = {
  'original-api': /^node_modules\/@azure\/data-tables$/,
  'downstream-api': /^(shared\/obo\/|node_modules\/@azure\/(msal-|identity$|keyvault-))/,
};

/** Reads the contents of a bundle from esbuild's metafile. */
export function readBundleContents({ inputs }: Metafile): BundleContents {
  const paths = Object.keys(inputs);
  const files = paths.filter((path) => packageFolder(path) === undefined);
  const importsOf = (importers: readonly string[]) =>
    importers.flatMap((path) => inputs[path]?.imports ?? []);

  const directImports = importsOf(files).map(({ path }) => packageName(path));
  const externals = importsOf(paths)
    .filter(({ path, external }) => external && !isBuiltin(path))
    .map(({ path }) => path);
  return {
    files,
    packages: sortedUnique(paths.map(packageFolder)),
    directImports: sortedUnique(directImports),
    externals: sortedUnique(externals),
  };
}

/**
 * Finds everything that must not be in the bundle of an API: files of the other API, the emulators
 * or the tests, libraries that this API has no right to use, and packages that package.json does
 * not declare for production.
 * @param declared the names of the production dependencies
 * @returns one sentence for each violation
 */
export function findViolations(
  api: Api,
  { files, packages, directImports, externals }: BundleContents,
  declared: readonly string[],
): readonly string[] {
  const foreignFiles = files.filter(
    (path) => !path.startsWith(`${api}/`) && !path.startsWith('shared/'),
  );
  const forbidden = [...files, ...packages].filter((path) => forbiddenPaths[api].test(path));
  const undeclared = directImports.filter((name) => !declared.includes(name));
  const unbundled = externals.filter((name) => !allowedExternals.includes(name));
  return [
    ...foreignFiles.map((path) => `${path} does not ship with ${api}.`),
    ...forbidden.map((path) => `${path} must not be in ${api}.`),
    ...undeclared.map((name) => `${name} is not in the dependencies of package.json.`),
    ...unbundled.map((name) => `${name} is not bundled.`),
  ];
}

/** The folder of the package that a file belongs to, or `undefined` for a file of our own. */
function packageFolder(path: string): string | undefined {
  return /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0];
}

function packageName(path: string): string | undefined {
  return packageFolder(path)?.replace(/^.*node_modules\//, '');
}

function sortedUnique(values: readonly (string | undefined)[]): readonly string[] {
  return [...new Set(values.filter((value) => value !== undefined))].sort();
}
