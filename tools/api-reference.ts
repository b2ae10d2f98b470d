/**
 * `npm run docs:api`: generates the API reference of the module in docs/api from the docstrings of
 * `shared`. `npm run check` runs it with `--check`.
 */
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { registerHooks } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Command, runCommand } from './command-line.ts';
import { listEntries } from './packaging/package-module.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const reference = join(root, 'docs', 'api');

const command = {
  usage: ['npm run docs:api -- [--check]'],
  description: 'Generates the API reference of the module in docs/api.',
  options: {
    check: { type: 'boolean', help: 'Write nothing. Fail if docs/api is not current.' },
  },
} as const satisfies Command;

/**
 * Generates the reference in a folder. It has no dates, revisions or absolute paths, so the same
 * docstrings give the same files.
 *
 * @param draft a folder for other files
 * @throws Error if a docstring has a broken link, or if an exported function uses a type that no
 * entry exports
 */
async function generate(draft: string, folder: string): Promise<void> {
  // TypeDoc needs the JavaScript API of the compiler, which TypeScript 7 does not have.
  registerHooks({
    resolve: (specifier, context, nextResolve) =>
      nextResolve(specifier === 'typescript' ? 'typescript-5' : specifier, context),
  });
  const { Application, Converter } = await import('typedoc');
  const entryPoints = [...(await listEntries())];
  const tsconfig = join(draft, 'tsconfig.json');
  await mkdir(draft, { recursive: true });
  await writeFile(tsconfig, JSON.stringify(compilerConfig(entryPoints)));
  const application = await Application.bootstrapWithPlugins({
    name: 'zero-trust-api',
    entryPoints,
    tsconfig,
    // `npm run check` checks them, with the types of browsers or of Node but not of both.
    skipErrorChecking: true,
    intentionallyNotExported: internalTypes,
    plugin: ['typedoc-plugin-markdown'],
    outputs: [{ name: 'markdown', path: folder }],
    readme: 'none',
    disableGit: true,
    disableSources: true,
    excludeExternals: true,
    logLevel: 'Warn',
    ...markdownOptions,
  });
  // A parameter that is destructured has no name of its own.
  application.converter.on(Converter.EVENT_CREATE_PARAMETER, (_context, parameter) => {
    if (parameter.name === '__namedParameters') parameter.name = 'options';
  });
  const project = await application.convert();
  if (project) {
    application.validate(project);
    await application.generateOutputs(project);
  }
  if (application.logger.hasErrors() || application.logger.hasWarnings())
    throw new Error('The docstrings have the errors above.');
}

const compilerConfig = (files: readonly string[]) => ({
  extends: join(root, 'tsconfig.json'),
  compilerOptions: { lib: ['es2024', 'dom', 'dom.iterable'] },
  files,
  include: [],
});

/** Types that users of the module do not name: they pass such values on, or infer them. */
const internalTypes = [
  'CachedExchange',
  'ExchangeRequest',
  'ExchangedToken',
  'Keys',
  'MsalCredential',
  'NonEmpty',
  'Query',
  'ScopePolicy',
  'problemCodes',
  'problems',
];

/** The options of typedoc-plugin-markdown: one file for each entry. */
const markdownOptions = {
  outputFileStrategy: 'modules',
  hidePageHeader: true,
  hideBreadcrumbs: true,
  pageTitleTemplates: {
    module: ({ name }: { readonly name: string }) =>
      name === 'index' ? 'zero-trust-api' : `zero-trust-api/${name}`,
  },
};

/** Reads the files in a folder, by their paths in it. */
async function readFiles(folder: string): Promise<ReadonlyMap<string, string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
  const files = paths.map(
    async (path) => [relative(folder, path), await readFile(path, 'utf8')] as const,
  );
  return new Map(await Promise.all(files));
}

/** @throws Error naming the files of `docs/api` that differ from those in this folder */
async function requireCurrent(folder: string): Promise<void> {
  const expected = await readFiles(folder);
  const actual = existsSync(reference) ? await readFiles(reference) : new Map<string, string>();
  const names = [...new Set([...expected.keys(), ...actual.keys()])].sort();
  const outdated = names.filter((name) => expected.get(name) !== actual.get(name));
  if (outdated.length > 0)
    throw new Error(
      `docs/api is not current: ${outdated.join(', ')}. ` +
        'Run npm run docs:api and commit the result.',
    );
}

async function replaceReference(folder: string): Promise<void> {
  await rm(reference, { recursive: true, force: true });
  await mkdir(dirname(reference), { recursive: true });
  await rename(folder, reference);
}

await runCommand(command, async ({ values }) => {
  const draft = join(root, '.local', `api-reference-${randomUUID()}`);
  try {
    const folder = join(draft, 'api');
    await generate(draft, folder);
    await (values.check ? requireCurrent(folder) : replaceReference(folder));
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
});
