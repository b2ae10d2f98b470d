import fc from 'fast-check';
import { audience, clientApp, tenantId } from '../support/issuer.ts';

/** A token before it is signed. */
export interface UnsignedToken {
  readonly header: Readonly<Record<string, unknown>>;
  readonly claims: Readonly<Record<string, unknown>>;
}

/** The claims that validation reads. */
export const knownClaims = [
  'aud',
  'iss',
  'iat',
  'nbf',
  'exp',
  'oid',
  'sub',
  'tid',
  'scp',
  'ver',
  'idtyp',
  'azp',
  'azpacr',
  'appid',
  'appidacr',
  'roles',
  'acrs',
  'xms_cc',
];

/** The scope that every good token has. */
export const scope = 'Documents.Read';
const words = fc.stringMatching(/^[\w.:-]{1,20}$/);
const hour = 3_600;
/** The clock tolerance is 60 s, exclusive. */
const maxClockDifference = 59;

/** Choices from which a token is made. */
const choices = fc.record({
  isV1: fc.boolean(),
  /** Whether a version 1.0 token names this API by its client id instead of its URI. */
  usesClientIdAsAudience: fc.boolean(),
  usesListAsAudience: fc.boolean(),
  /** Seconds since the token was issued. */
  age: fc.oneof(
    fc.integer({ min: -maxClockDifference, max: 19 * hour }),
    fc.double({ min: -maxClockDifference, max: hour, noNaN: true }),
  ),
  /** Seconds until the token expires. */
  remaining: fc.oneof(
    fc.integer({ min: -maxClockDifference, max: 28 * hour }),
    fc.double({ min: -maxClockDifference, max: hour, noNaN: true }),
  ),
  /** Seconds from `nbf` to `iat`. */
  earlyBy: fc.integer({ min: 0, max: 300 }),
  otherScopes: fc.uniqueArray(words, { maxLength: 6 }),
  scopeIndex: fc.nat(6),
  /** How the calling app authenticated: `azpacr` or `appidacr`. */
  clientAuthentication: fc.constantFrom('0', '1', '2'),
  groupCount: optional(fc.integer({ min: 0, max: 200 })),
  typ: fc.constantFrom('JWT', 'at+jwt'),
  x5t: optional(words),
  /** Claims that validation does not combine with others. */
  plainClaims: fc.record({
    oid: fc.uuid(),
    sub: fc.string({ minLength: 1 }),
    idtyp: fc.constantFrom(undefined, 'user'),
    roles: optional(fc.oneof(words, fc.array(words, { maxLength: 4 }))),
    acrs: optional(fc.array(fc.constantFrom('c1', 'c2', 'c25'), { maxLength: 3 })),
    xms_cc: fc.constantFrom(undefined, ['cp1'], ['CP1'], 'cp1', []),
    name: optional(fc.string({ unit: 'grapheme' })),
  }),
  unknownClaims: fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 2 }), { maxKeys: 4 }),
});
type Choices = typeof choices extends fc.Arbitrary<infer T> ? T : never;

/**
 * Creates tokens that Entra could have issued for this API, which all must be accepted.
 *
 * @param now in seconds
 */
export function goodTokens(host: URL, now: number): fc.Arbitrary<UnsignedToken> {
  return choices.map((choice) => ({
    header: {
      typ: choice.typ,
      alg: 'RS256',
      kid: 'key-1',
      ...(choice.x5t === undefined ? {} : { x5t: choice.x5t }),
    },
    claims: makeClaims(host, now, choice),
  }));
}

function makeClaims(host: URL, now: number, choice: Choices): UnsignedToken['claims'] {
  const { isV1, age, clientAuthentication, otherScopes } = choice;
  const usesUri = isV1 && !choice.usesClientIdAsAudience;
  const aud = usesUri ? `api://${audience}` : audience;
  const unknownClaims = Object.entries(choice.unknownClaims).filter(
    ([name]) => !knownClaims.includes(name),
  );
  return {
    ...Object.fromEntries(unknownClaims),
    ...choice.plainClaims,
    ...(choice.groupCount === undefined ? {} : { groups: makeGroups(choice.groupCount) }),
    aud: choice.usesListAsAudience ? [aud] : aud,
    iss: `${host.href}${tenantId}${isV1 ? '/' : '/v2.0'}`,
    tid: tenantId,
    ver: isV1 ? '1.0' : '2.0',
    iat: now - age,
    nbf: age < 0 ? now - age : now - age - choice.earlyBy,
    exp: now + choice.remaining,
    scp: otherScopes.toSpliced(choice.scopeIndex, 0, scope).join(' '),
    ...(isV1
      ? { appid: clientApp, appidacr: clientAuthentication }
      : { azp: clientApp, azpacr: clientAuthentication }),
  };
}

function makeGroups(count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => `${tenantId.slice(0, -3)}${100 + index}`);
}

function optional<T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> {
  return fc.option(arbitrary, { nil: undefined });
}
