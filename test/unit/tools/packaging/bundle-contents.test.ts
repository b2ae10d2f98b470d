import { describe, expect, test } from '@jest/globals';
import { findStrangers, readContents } from '../../../../tools/packaging/contents.ts';

const declared = ['@azure/functions', '@azure/msal-node', '@azure/data-tables', 'jose'];

/** A metafile of one entry file that imports one path and, where it says so, a file further on. */
const metafile = (api: string, path: string, more: Record<string, object> = {}) => ({
  inputs: {
    [`${api}/functions.ts`]: {
      bytes: 1,
      imports: [{ path, kind: 'import-statement' as const, external: !path.includes('/') }],
    },
    ...(path.includes('/') ? { [path]: { bytes: 1, imports: [] } } : {}),
    ...(more as Record<string, { bytes: number; imports: [] }>),
  },
  outputs: {},
});

describe('strangers in a bundle', () => {
  test.each([
    [
      'original-api',
      'downstream-api/permissions.ts',
      'downstream-api/permissions.ts does not ship with original-api.',
    ],
    [
      'downstream-api',
      'original-api/relay.ts',
      'original-api/relay.ts does not ship with downstream-api.',
    ],
    [
      'original-api',
      'local/emulators/emulators.ts',
      'local/emulators/emulators.ts does not ship with original-api.',
    ],
    [
      'downstream-api',
      'test/support/issuer.ts',
      'test/support/issuer.ts does not ship with downstream-api.',
    ],
    ['original-api', 'client-app/api.ts', 'client-app/api.ts does not ship with original-api.'],
    [
      'original-api',
      'node_modules/@azure/data-tables/x.js',
      'node_modules/@azure/data-tables has no place in original-api.',
    ],
    [
      'downstream-api',
      'node_modules/@azure/msal-node/x.js',
      'node_modules/@azure/msal-node has no place in downstream-api.',
    ],
    [
      'downstream-api',
      'shared/obo/token-endpoint-guard.ts',
      'shared/obo/token-endpoint-guard.ts has no place in downstream-api.',
    ],
    [
      'original-api',
      'node_modules/azurite/x.js',
      'azurite is not among the dependencies of package.json.',
    ],
    ['original-api', 'left-behind', 'left-behind is not bundled.'],
  ] as const)('%s may not hold %s', (api, path, sentence) => {
    expect(findStrangers(api, readContents(metafile(api, path)), declared)).toContain(sentence);
  });

  test.each(['msal-common', 'identity', 'keyvault-secrets', 'keyvault-common'])(
    'Downstream may not hold @azure/%s, nor get it through a package of its own',
    (name) => {
      const inputs = { [`node_modules/@azure/${name}/dist/x.js`]: { bytes: 0, imports: [] } };
      const contents = readContents(metafile('downstream-api', 'node_modules/jose/x.js', inputs));
      expect(findStrangers('downstream-api', contents, declared)).toEqual([
        `node_modules/@azure/${name} has no place in downstream-api.`,
      ]);
    },
  );
});

test('its own files, shared, declared packages, Node’s modules and the worker’s own are no strangers', () => {
  for (const path of [
    'shared/api-error.ts',
    'node_modules/@azure/msal-node/x.js',
    'node:http',
    'http',
    '@azure/functions-core',
  ]) {
    const input = {
      bytes: 1,
      imports: [
        {
          path,
          kind: 'import-statement' as const,
          external: /^(node:|http$|@azure\/functions-core)/.test(path),
        },
      ],
    };
    const contents = readContents({ inputs: { 'original-api/functions.ts': input }, outputs: {} });
    expect(findStrangers('original-api', contents, declared)).toEqual([]);
  }
});

test('a package inside another is a package of its own, and only our own files’ imports must be declared', () => {
  const inputs = {
    'original-api/functions.ts': {
      bytes: 1,
      imports: [{ path: 'node_modules/jose/index.js', kind: 'import-statement' as const }],
    },
    'node_modules/jose/index.js': {
      bytes: 1,
      imports: [
        { path: 'node_modules/jose/node_modules/@x/ms/index.js', kind: 'require-call' as const },
      ],
    },
    'node_modules/jose/node_modules/@x/ms/index.js': { bytes: 1, imports: [] },
  };
  const contents = readContents({ inputs, outputs: {} });
  expect(contents).toEqual({
    files: ['original-api/functions.ts'],
    packages: ['node_modules/jose', 'node_modules/jose/node_modules/@x/ms'],
    named: ['jose'],
    externals: [],
  });
  expect(findStrangers('original-api', contents, declared)).toEqual([]);
});
