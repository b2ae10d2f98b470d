import { claimCases, type Group } from './case.ts';

const seconds = () => Date.now() / 1_000;
const hour = 3_600;
const notTimes: unknown[] = [null, true, '', [], {}, 'tomorrow'];

/** Tokens that are over, not yet begun, or whose times are none. */
export const time: Group = (api) => {
  const past = () => ({ iat: Math.floor(seconds()) - hour, nbf: Math.floor(seconds()) - hour });
  const { claims } = api.good;
  const text = (changes: object, raw: string) =>
    JSON.stringify({ ...claims, ...changes }).replace('"raw"', raw);
  return claimCases(api, 'Time', [
    ['exp 61 s ago', () => ({ ...past(), exp: seconds() - 61 })],
    ['exp an hour ago', () => ({ ...past(), exp: Math.floor(seconds()) - hour + 1 })],
    ['exp missing', { exp: undefined }],
    ['exp 0', { exp: 0 }],
    ['all times 0', { exp: 0, nbf: 0, iat: 0 }],
    ['exp negative', { exp: -1 }],
    ['exp a text', { exp: String(claims.exp) }],
    ['exp a list of a number', { exp: [claims.exp] }],
    ...notTimes
      .map((exp): [string, object] => [`exp ${JSON.stringify(exp)}`, { exp }])
      .map(([name, change]) => [name, { ...change }] as const),
    ['exp 1e999', text({ exp: 'raw' }, '1e999')],
    ['exp in milliseconds', { exp: Number(claims.exp) * 1_000 }],
    ['a life of 49 h', () => ({ exp: Math.floor(seconds()) + 49 * hour })],
    ['nbf 61 s ahead', () => ({ nbf: seconds() + 61 })],
    ['nbf missing', { nbf: undefined }],
    ['nbf a text', { nbf: String(claims.nbf) }],
    ['nbf null', { nbf: null }],
    ['nbf -1e999', text({ nbf: 'raw' }, '-1e999')],
    ['nbf long ago, so that the token lives for years', { nbf: 0 }],
    ['iat 61 s ahead', () => ({ iat: seconds() + 61 })],
    ['iat missing', { iat: undefined }],
    ['iat a text', { iat: String(claims.iat) }],
    ['iat an object', { iat: {} }],
    ['iat long ago, so that the token lives for years', { iat: 0 }],
  ]);
};
