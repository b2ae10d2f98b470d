import { isGuid, isNonEmptyString, type JsonObject } from '../json.ts';
import type { Check } from './parse.ts';

/** The claims of a token. */
type Claims = JsonObject;

/** The values with which the claims of a token are compared. */
export type Expected = {
  /** The issuer that the metadata of the token's tenant and version names. */
  readonly issuer: string;

  /** The issuer that the signing key is published for, if the key set names one. */
  readonly keyIssuer: string | undefined;

  /** The tenants whose users may call this API. */
  readonly tenantIds: readonly string[];

  /** The client id of this API. */
  readonly audience: string;

  /** Further App ID URIs of this API, which tokens of version 1 may name as their audience. */
  readonly appIdUris?: readonly string[];

  /** The time in seconds since 1970. */
  readonly now: number;
};

/** Seconds by which the clocks of Entra ID and of this machine may differ. */
const clockTolerance = 60;

/** The longest accepted lifetime of a token, in seconds. */
const maxLifetime = 48 * 60 * 60;

const tokenSource =
  'https://learn.microsoft.com/entra/identity-platform/access-tokens#validate-tokens';
const claimsSource =
  'https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference';

/**
 * Returns the values of a claim that may be absent, a single value or an array.
 *
 * @example
 * ```ts
 * claimValues('c1'); // ['c1']
 * ```
 */
export function claimValues(claim: unknown): readonly unknown[] {
  if (claim === undefined) return [];
  return Array.isArray(claim) ? claim : [claim];
}

/**
 * Returns the allowed tenant that an unverified token claims to be from, or `undefined`. It only
 * selects the keys to verify the token with.
 *
 * @example
 * ```ts
 * const tenantId = claimedTenant(token.payload, allowedTenantIds);
 * ```
 */
export const claimedTenant = (claims: Claims, tenantIds: readonly string[]) =>
  tenantIds.find((id) => id === claims.tid);

/**
 * Returns the version that an unverified token claims to have, or `undefined`. It only selects the
 * metadata document.
 *
 * @example
 * ```ts
 * const version = claimedVersion(token.payload);
 * ```
 */
export const claimedVersion = ({ ver }: Claims) =>
  ver === '1.0' || ver === '2.0' ? ver : undefined;

/**
 * Returns the calling app's client id, and how the app authenticated: `0` for a public client,
 * which does not authenticate, `1` with a secret, `2` with a certificate. Neither value is checked.
 *
 * @example
 * ```ts
 * const { clientId, authentication } = actorOf(token.payload);
 * ```
 */
export function actorOf({ ver, azp, azpacr, appid, appidacr }: Claims): {
  clientId: unknown;
  authentication: unknown;
} {
  if (ver === '1.0') return { clientId: appid, authentication: appidacr };
  return { clientId: azp, authentication: azpacr };
}

/**
 * Whether an app requested the token for itself, without a user.
 *
 * @example
 * ```ts
 * isAppOnly({ idtyp: 'app' }); // true
 * ```
 */
export const isAppOnly = ({ idtyp, scp, roles }: Claims) =>
  idtyp === 'app' || (scp === undefined && roles !== undefined);

/**
 * Whether an app requested the token on behalf of a user. It is `false` for an ID token, which has
 * no scopes.
 *
 * @example
 * ```ts
 * isDelegated({ scp: 'Documents.Read' }); // true
 * ```
 */
export const isDelegated = ({ idtyp, scp }: Claims) =>
  scp !== undefined && (idtyp === undefined || idtyp === 'user');

/**
 * The checks of the claims, in the order in which they run. They run on every request, after the
 * signature has been verified.
 */
export const claimChecks: readonly Check<[claims: Claims, expected: Expected]>[] = [
  {
    name: 'key-issuer',
    source: tokenSource,
    holds: ({ iss }, { keyIssuer }) => keyIssuer === undefined || keyIssuer === iss,
  },
  {
    name: 'issuer',
    source: 'RFC 7519 §4.1.1',
    holds: ({ iss }, { issuer }) => iss === issuer,
  },
  {
    // In addition, metadata.ts checks that the issuer names this tenant.
    name: 'tenant',
    source: `${tokenSource}, multitenant`,
    holds: ({ tid }, { tenantIds }) => isGuid(tid) && tenantIds.includes(tid),
  },
  {
    name: 'audience',
    source: 'RFC 7519 §4.1.3',
    holds: isForThisApi,
  },
  {
    name: 'lifetime',
    source: 'RFC 7519 §4.1.4 to §4.1.6',
    holds: hasPlausibleTimes,
  },
  {
    name: 'not-before',
    source: 'RFC 7519 §4.1.5',
    holds: ({ nbf }, { now }) => (nbf as number) - clockTolerance <= now,
  },
  {
    name: 'issued-at',
    source: 'RFC 7519 §4.1.6',
    holds: ({ iat }, { now }) => (iat as number) - clockTolerance <= now,
  },
  {
    name: 'expiry',
    source: 'RFC 7519 §4.1.4',
    holds: ({ exp }, { now }) => now < (exp as number) + clockTolerance,
  },
  {
    name: 'user',
    source: claimsSource,
    holds: ({ oid, sub }) => isGuid(oid) && isNonEmptyString(sub),
  },
  {
    name: 'actor',
    source: claimsSource,
    holds: namesCallingApp,
  },
  {
    name: 'shape',
    source: claimsSource,
    holds: hasExpectedTypes,
  },
  {
    // A token that is bound to a key proves nothing without that key, which a bearer does not show.
    name: 'bound-token',
    source: 'RFC 7800 §3.1',
    holds: ({ cnf }) => cnf === undefined,
  },
];

/** The audience may be an array of one. Version 1 also writes it as an App ID URI. */
function isForThisApi({ aud, ver }: Claims, { audience, appIdUris = [] }: Expected): boolean {
  const [value, ...others] = claimValues(aud);
  if (others.length > 0) return false;
  if (value === audience) return true;
  if (ver !== '1.0') return false;
  return value === `api://${audience}` || appIdUris.some((uri) => uri === value);
}

function hasPlausibleTimes({ exp, nbf, iat }: Claims): boolean {
  if (!isTime(exp) || !isTime(nbf) || !isTime(iat)) return false;
  return exp - iat <= maxLifetime && exp - nbf <= maxLifetime;
}

const isTime = (value: unknown): value is number =>
  typeof value === 'number' && Number.isFinite(value);

function namesCallingApp(claims: Claims): boolean {
  const { clientId, authentication } = actorOf(claims);
  return isGuid(clientId) && ['0', '1', '2'].includes(authentication as string);
}

function hasExpectedTypes({ scp, idtyp, roles, acrs, xms_cc }: Claims): boolean {
  const areTexts = [scp, idtyp].every((claim) => claim === undefined || isNonEmptyString(claim));
  const areTextLists = [roles, acrs, xms_cc].every((claim) =>
    claimValues(claim).every(isNonEmptyString),
  );
  return areTexts && areTextLists;
}
