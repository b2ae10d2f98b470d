import { expect, test } from '@jest/globals';
import { compareClaims } from '../../../../client-app/journey/compare-claims.ts';

const journey = (original: Record<string, unknown>, downstream: Record<string, unknown>) => ({
  original: { claims: original, checks: [] },
  downstream: { claims: downstream, checks: [] },
});
const marks = (original: Record<string, unknown>, downstream: Record<string, unknown>) =>
  Object.fromEntries(
    compareClaims(journey(original, downstream)).map(({ name, mark }) => [name, mark]),
  );

test('marks what changed and what stayed', () => {
  expect(
    marks(
      { aud: 'original', oid: 'alice', tid: 't' },
      { aud: 'downstream', oid: 'alice', tid: 't' },
    ),
  ).toEqual({
    aud: 'changed',
    oid: 'stayed',
    tid: 'stayed',
  });
});

test('scopes of two APIs are never the same, even when they are spelled alike', () => {
  expect(marks({ scp: 'Documents.Read' }, { scp: 'Documents.Read' })).toEqual({ scp: 'changed' });
});

test('the times of two tokens are not compared, even when they happen to be equal', () => {
  expect(marks({ iat: 1, exp: 2 }, { iat: 1, exp: 3 })).toEqual({ iat: 'own', exp: 'own' });
});

test('a claim of one token only says whose; an empty list is no claim', () => {
  expect(marks({ roles: [], acrs: ['c1'] }, { roles: ['Profiles.Manage'], acrs: null })).toEqual({
    roles: 'only-b',
    acrs: 'only-a',
  });
});

test('lines up the spellings of token versions 1 and 2', () => {
  expect(marks({ azp: 'client', azpacr: '0' }, { appid: 'original', appidacr: '2' })).toEqual({
    'azp / appid': 'changed',
    'azpacr / appidacr': 'changed',
  });
});

test('keeps the order of the table and puts unknown claims at the end, without words', () => {
  const claims = compareClaims(journey({ zzz: 1, exp: 2, aud: 'a' }, { aaa: 1, exp: 3, aud: 'b' }));
  expect(claims.map(({ name, words }) => [name, words !== undefined])).toEqual([
    ['aud', true],
    ['exp', true],
    ['zzz', false],
    ['aaa', false],
  ]);
});
