import { expect, test } from '@jest/globals';
import { compareClaims } from '../../../../client-app/journey/compare-claims.ts';

type Claims = Record<string, unknown>;

const createJourney = (claimsOfA: Claims, claimsOfB: Claims) => ({
  original: { claims: claimsOfA, checks: [] },
  downstream: { claims: claimsOfB, checks: [] },
});

/** Returns each claim's comparison by name. */
function compare(claimsOfA: Claims, claimsOfB: Claims): Record<string, string> {
  const compared = compareClaims(createJourney(claimsOfA, claimsOfB));
  return Object.fromEntries(compared.map(({ name, comparison }) => [name, comparison]));
}

test('distinguishes claims that changed from claims that stayed', () => {
  const comparisons = compare(
    { aud: 'original', oid: 'alice', tid: 't' },
    { aud: 'downstream', oid: 'alice', tid: 't' },
  );
  expect(comparisons).toEqual({ aud: 'changed', oid: 'stayed', tid: 'stayed' });
});

test('treats scopes of two APIs as different even when their names are equal', () => {
  expect(compare({ scp: 'Documents.Read' }, { scp: 'Documents.Read' })).toEqual({
    scp: 'changed',
  });
});

test('does not compare the times of two tokens, even when they are equal', () => {
  expect(compare({ iat: 1, exp: 2 }, { iat: 1, exp: 3 })).toEqual({ iat: 'own', exp: 'own' });
});

test('names the only token that has a claim', () => {
  expect(compare({ acrs: ['c1'] }, { roles: ['Profiles.Manage'] })).toEqual({
    acrs: 'only-a',
    roles: 'only-b',
  });
});

test('treats an empty list and null like an absent claim', () => {
  expect(compare({ roles: [], acrs: ['c1'] }, { roles: ['Profiles.Manage'], acrs: null })).toEqual({
    roles: 'only-b',
    acrs: 'only-a',
  });
});

test('compares claims that have other names in v1.0 tokens', () => {
  const comparisons = compare({ azp: 'client', azpacr: '0' }, { appid: 'original', appidacr: '2' });
  expect(comparisons).toEqual({ 'azp / appid': 'changed', 'azpacr / appidacr': 'changed' });
});

test('puts claims without a description after those with one', () => {
  const claims = compareClaims(
    createJourney({ zzz: 1, exp: 2, aud: 'a' }, { aaa: 1, exp: 3, aud: 'b' }),
  );
  expect(claims.map(({ name }) => name)).toEqual(['aud', 'exp', 'zzz', 'aaa']);
  const withoutDescription = claims.filter(({ description }) => description === undefined);
  expect(withoutDescription.map(({ name }) => name)).toEqual(['zzz', 'aaa']);
});
