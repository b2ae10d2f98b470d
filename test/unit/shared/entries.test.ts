/** The entries of the package. What they export is its public API. */
import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';

test.each([
  {
    entry: 'index',
    exports: ['ApiError', 'createApi', 'createEntra', 'health', 'requireAuthContext'],
  },
  { entry: 'functions', exports: ['createFunctionsApi'] },
  { entry: 'web', exports: ['createWebApi'] },
  { entry: 'challenges', exports: ['readChallenges', 'readClaimsChallenge'] },
])('$entry.ts exports $exports', async ({ entry, exports }) => {
  const module = await import(`../../../shared/${entry}.ts`);
  expect(Object.keys(module)).toEqual(expect.arrayContaining(exports));
});

test('challenges.ts runs in browsers: its files import no package and nothing of Node.js', () => {
  const imported = new Set<string>();
  const visit = (url: URL) => {
    imported.add(url.href);
    const text = readFileSync(url, 'utf8');
    for (const [, specifier = ''] of text.matchAll(/from '([^']+)'/g)) {
      if (!specifier.startsWith('.')) imported.add(specifier);
      else if (!imported.has(new URL(specifier, url).href)) visit(new URL(specifier, url));
    }
  };
  visit(new URL('../../../shared/challenges.ts', import.meta.url));
  expect([...imported].filter((name) => !name.startsWith('file:'))).toEqual([]);
});
