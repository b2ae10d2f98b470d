import { type ClaimsRow, type CreateCases, claimsCases } from './case.ts';

const hour = 3_600;
/** The current time in seconds since 1970. */
const now = () => Date.now() / 1_000;
const wholeSeconds = () => Math.floor(now());

/** Tokens that are expired or not valid yet, or whose times are invalid. */
export const time: CreateCases = (api) => {
  const { claims } = api.decoded;
  const issuedAnHourAgo = () => ({ iat: wholeSeconds() - hour, nbf: wholeSeconds() - hour });
  /** The claims with a number that `JSON.stringify` does not write. */
  const withRawNumber = (name: string, number: string) =>
    JSON.stringify({ ...claims, [name]: 'raw' }).replace('"raw"', number);
  const invalidTimes: readonly unknown[] = [null, true, '', [], {}, 'tomorrow'];
  return claimsCases(api, [
    ['exp 61 s in the past', () => ({ ...issuedAnHourAgo(), exp: now() - 61 })],
    ['exp an hour in the past', () => ({ ...issuedAnHourAgo(), exp: wholeSeconds() - hour + 1 })],
    ['exp missing', { exp: undefined }],
    ['exp 0', { exp: 0 }],
    ['exp, nbf and iat 0', { exp: 0, nbf: 0, iat: 0 }],
    ['exp negative', { exp: -1 }],
    ['exp a string', { exp: String(claims.exp) }],
    ['exp an array with a number', { exp: [claims.exp] }],
    ...invalidTimes.map((exp): ClaimsRow => [`exp ${JSON.stringify(exp)}`, { exp }]),
    ['exp 1e999', withRawNumber('exp', '1e999')],
    ['exp in milliseconds', { exp: Number(claims.exp) * 1_000 }],
    ['a lifetime of 49 h', () => ({ exp: wholeSeconds() + 49 * hour })],
    ['nbf 61 s in the future', () => ({ nbf: now() + 61 })],
    ['nbf missing', { nbf: undefined }],
    ['nbf a string', { nbf: String(claims.nbf) }],
    ['nbf null', { nbf: null }],
    ['nbf -1e999', withRawNumber('nbf', '-1e999')],
    ['nbf 0, a lifetime of decades', { nbf: 0 }],
    ['iat 61 s in the future', () => ({ iat: now() + 61 })],
    ['iat missing', { iat: undefined }],
    ['iat a string', { iat: String(claims.iat) }],
    ['iat an object', { iat: {} }],
    ['iat 0, a lifetime of decades', { iat: 0 }],
  ]);
};
