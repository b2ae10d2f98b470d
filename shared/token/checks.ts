import { isGuid, isText, type JsonObject } from '../json.ts';
import type { Check } from './parse.ts';

type Claims = JsonObject;

/**
 * What a token is measured against: the issuer that Entra's metadata for the token's tenant and version names, and the one that the signing
 * key is published for, where the key set says so; this API's client id as the audience; now in seconds since 1970.
 */
type Expected = Readonly<{
  issuer: string;
  keyIssuer: string | undefined;
  tenantIds: readonly string[];
  audience: string;
  now: number;
}>;

/** Clocks of Entra and of this machine may differ by this much, in seconds. */
const tolerance = 60;
const longestLife = 48 * 60 * 60;

const isTime = (value: unknown): value is number =>
  typeof value === 'number' && Number.isFinite(value);
/** A claim that is one text or a list of them, as a list. */
export const textsOf = (claim: unknown): readonly unknown[] =>
  claim === undefined ? [] : Array.isArray(claim) ? claim : [claim];
const single = (value: unknown) => (Array.isArray(value) && value.length === 1 ? value[0] : value);

const tokenSource =
  'https://learn.microsoft.com/entra/identity-platform/access-tokens#validate-tokens';
const claimsSource =
  'https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference';

/** The tenant that the token claims, before anything is verified: it only chooses whose keys to try, out of the allowed ones. */
export const claimedTenant = (claims: Claims, tenantIds: readonly string[]) =>
  tenantIds.find((id) => id === claims.tid);

/** `1.0` or `2.0`; it chooses which metadata document to use. */
export const claimedVersion = (claims: Claims) =>
  claims.ver === '1.0' || claims.ver === '2.0' ? claims.ver : undefined;

const hasPlausibleTimes = ({ exp, nbf, iat }: Claims) =>
  isTime(exp) && isTime(nbf) && isTime(iat) && exp - iat <= longestLife && exp - nbf <= longestLife;

const isForThisApi = ({ aud, ver }: Claims, { audience }: Expected) =>
  single(aud) === audience || (ver === '1.0' && single(aud) === `api://${audience}`);

const namesItsActor = (claims: Claims) =>
  isGuid(actorOf(claims).client) &&
  ['0', '1', '2'].includes(actorOf(claims).authentication as string);

const isWellShaped = ({ scp, roles, idtyp, acrs, xms_cc }: Claims) =>
  [scp, idtyp].every((claim) => claim === undefined || isText(claim)) &&
  [roles, acrs, xms_cc].every((claim) => textsOf(claim).every(isText));

/** What an access token must say, once its signature is known to be good. Read top to bottom; all of them run on every request. */
export const claimChecks: readonly Check<[Expected]>[] = [
  {
    name: 'key-issuer',
    source: tokenSource,
    holds: ({ iss }, { keyIssuer }) => keyIssuer === undefined || keyIssuer === iss,
  },
  { name: 'issuer', source: 'RFC 7519 §4.1.1', holds: ({ iss }, { issuer }) => iss === issuer },
  // The issuer has been found to name the tenant (metadata.ts).
  {
    name: 'tenant',
    source: `${tokenSource}, multitenant`,
    holds: ({ tid }, { tenantIds }) => isGuid(tid) && tenantIds.includes(tid),
  },
  { name: 'audience', source: 'RFC 7519 §4.1.3', holds: isForThisApi },
  { name: 'lifetime', source: 'RFC 7519 §4.1.4 to §4.1.6', holds: hasPlausibleTimes },
  {
    name: 'not-before',
    source: 'RFC 7519 §4.1.5',
    holds: ({ nbf }, { now }) => (nbf as number) - tolerance <= now,
  },
  {
    name: 'issued-at',
    source: 'RFC 7519 §4.1.6',
    holds: ({ iat }, { now }) => (iat as number) - tolerance <= now,
  },
  {
    name: 'expiry',
    source: 'RFC 7519 §4.1.4',
    holds: ({ exp }, { now }) => now < (exp as number) + tolerance,
  },
  { name: 'user', source: claimsSource, holds: ({ oid, sub }) => isGuid(oid) && isText(sub) },
  { name: 'actor', source: claimsSource, holds: namesItsActor },
  { name: 'shape', source: claimsSource, holds: isWellShaped },
];

/** The app that presents the token and how it proved itself: `0` not at all (public client), `1` by a secret, `2` by a certificate. */
export function actorOf({ ver, azp, azpacr, appid, appidacr }: Claims): {
  client: unknown;
  authentication: unknown;
} {
  return ver === '1.0'
    ? { client: appid, authentication: appidacr }
    : { client: azp, authentication: azpacr };
}
