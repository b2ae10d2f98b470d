import { expect, test } from '@jest/globals';
import type { Metafile } from 'esbuild';
import type { Api } from '../../../../tools/packaging/apis.ts';
import { findViolations, readBundleContents } from '../../../../tools/packaging/bundle-contents.ts';

const declared = ['@azure/functions', '@azure/msal-node', '@azure/data-tables', 'jose'];

interface Imported {
  readonly path: string;
  readonly external?: boolean;
}

/** A metafile in which each input imports the given paths. */
function createMetafile(inputs: Readonly<Record<string, readonly Imported[]>>): Metafile {
  const entries = Object.entries(inputs).map(([path, imports]) => [
    path,
    { bytes: 1, imports: imports.map((one) => ({ kind: 'import-statement' as const, ...one })) },
  ]);
  return { inputs: Object.fromEntries(entries), outputs: {} };
}

/** The violations of an API whose entry file imports one path. */
function violationsOf(api: Api, imported: Imported): readonly string[] {
  const metafile = createMetafile({
    [`${api}/functions.ts`]: [imported],
    ...(imported.external ? {} : { [imported.path]: [] }),
  });
  return findViolations(api, readBundleContents(metafile), declared);
}

test.each([
  {
    api: 'original-api',
    path: 'downstream-api/permissions.ts',
    violation: 'downstream-api/permissions.ts does not ship with original-api.',
  },
  {
    api: 'downstream-api',
    path: 'original-api/relay.ts',
    violation: 'original-api/relay.ts does not ship with downstream-api.',
  },
  {
    api: 'original-api',
    path: 'local/emulators/emulators.ts',
    violation: 'local/emulators/emulators.ts does not ship with original-api.',
  },
  {
    api: 'downstream-api',
    path: 'test/support/issuer.ts',
    violation: 'test/support/issuer.ts does not ship with downstream-api.',
  },
  {
    api: 'original-api',
    path: 'client-app/api.ts',
    violation: 'client-app/api.ts does not ship with original-api.',
  },
  {
    api: 'original-api',
    path: 'node_modules/@azure/data-tables/x.js',
    violation: 'node_modules/@azure/data-tables must not be in original-api.',
  },
  {
    api: 'downstream-api',
    path: 'node_modules/@azure/msal-node/x.js',
    violation: 'node_modules/@azure/msal-node must not be in downstream-api.',
  },
  {
    api: 'downstream-api',
    path: 'shared/obo/token-endpoint-guard.ts',
    violation: 'shared/obo/token-endpoint-guard.ts must not be in downstream-api.',
  },
  {
    api: 'original-api',
    path: 'node_modules/azurite/x.js',
    violation: 'azurite is not in the dependencies of package.json.',
  },
] as const)('reports $path in $api', ({ api, path, violation }) => {
  expect(violationsOf(api, { path })).toContain(violation);
});

test('reports a package that is not bundled', () => {
  const violations = violationsOf('original-api', { path: 'left-behind', external: true });
  expect(violations).toEqual(['left-behind is not bundled.']);
});

test.each(['msal-common', 'identity', 'keyvault-secrets', 'keyvault-common'])(
  'reports @azure/%s in Downstream API even if another package imports it',
  (name) => {
    const file = `node_modules/@azure/${name}/dist/x.js`;
    const metafile = createMetafile({
      'downstream-api/functions.ts': [{ path: 'node_modules/jose/x.js' }],
      'node_modules/jose/x.js': [{ path: file }],
      [file]: [],
    });
    const violations = findViolations('downstream-api', readBundleContents(metafile), declared);
    expect(violations).toEqual([`node_modules/@azure/${name} must not be in downstream-api.`]);
  },
);

test.each([
  { path: 'shared/api-error.ts', external: false },
  { path: 'node_modules/@azure/msal-node/x.js', external: false },
  { path: 'node:http', external: true },
  { path: 'http', external: true },
  { path: '@azure/functions-core', external: true },
])('accepts $path in Original API', (imported) => {
  expect(violationsOf('original-api', imported)).toEqual([]);
});

test('a package inside another package counts as a package, but not as a direct import', () => {
  const nested = 'node_modules/jose/node_modules/@x/ms/index.js';
  const metafile = createMetafile({
    'original-api/functions.ts': [{ path: 'node_modules/jose/index.js' }],
    'node_modules/jose/index.js': [{ path: nested }],
    [nested]: [],
  });
  expect(readBundleContents(metafile)).toEqual({
    files: ['original-api/functions.ts'],
    packages: ['node_modules/jose', 'node_modules/jose/node_modules/@x/ms'],
    directImports: ['jose'],
    externals: [],
  });
});

test('a package that only another package imports need not be declared', () => {
  const nested = 'node_modules/jose/node_modules/@x/ms/index.js';
  const metafile = createMetafile({
    'original-api/functions.ts': [{ path: 'node_modules/jose/index.js' }],
    'node_modules/jose/index.js': [{ path: nested }],
    [nested]: [],
  });
  const contents = readBundleContents(metafile);
  expect(findViolations('original-api', contents, declared)).toEqual([]);
});
