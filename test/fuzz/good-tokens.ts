import fc from 'fast-check';
import { audience, clientApp, tenantId } from '../support/issuer.ts';

/** Header and claims before they are signed. */
export interface Unsigned {
  readonly header: Readonly<Record<string, unknown>>;
  readonly claims: Readonly<Record<string, unknown>>;
}

/** Claims that validation looks at: whatever else stands in a token is nobody's business. */
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

export const scope = 'Documents.Read';
const words = fc.stringMatching(/^[\w.:-]{1,20}$/);
const hour = 3_600;

/** Tokens that Entra could have made for this API a moment ago, in all their variety: each must be accepted. `now` in seconds. */
export function goodTokens(host: URL, now: number): fc.Arbitrary<Unsigned> {
  const optional = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });
  return fc
    .record({
      version: fc.constantFrom('1.0', '2.0'),
      bareAudience: fc.boolean(),
      listedAudience: fc.boolean(),
      age: fc.oneof(
        fc.integer({ min: -59, max: 19 * hour }),
        fc.double({ min: -59, max: hour, noNaN: true }),
      ),
      left: fc.oneof(
        fc.integer({ min: -59, max: 28 * hour }),
        fc.double({ min: -59, max: hour, noNaN: true }),
      ),
      early: fc.integer({ min: 0, max: 300 }),
      oid: fc.uuid(),
      sub: fc.string({ minLength: 1 }),
      scopes: fc.uniqueArray(words, { maxLength: 6 }),
      scopeAt: fc.nat(6),
      proof: fc.constantFrom('0', '1', '2'),
      idtyp: fc.constantFrom(undefined, 'user'),
      roles: optional(fc.oneof(words, fc.array(words, { maxLength: 4 }))),
      acrs: optional(fc.array(fc.constantFrom('c1', 'c2', 'c25'), { maxLength: 3 })),
      xms_cc: fc.constantFrom(undefined, ['cp1'], ['CP1'], 'cp1', []),
      name: optional(fc.string({ unit: 'grapheme' })),
      groups: optional(fc.integer({ min: 0, max: 200 })),
      extra: fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 2 }), { maxKeys: 4 }),
      typ: fc.constantFrom('JWT', 'at+jwt'),
      x5t: optional(words),
    })
    .map((made) => {
      const { version, age, left, early, scopes, scopeAt, groups, extra, typ, x5t, ...plain } =
        made;
      const v1 = version === '1.0';
      const aud = v1 && !made.bareAudience ? `api://${audience}` : audience;
      const { bareAudience: _bare, listedAudience, proof, ...claims } = plain;
      const others = Object.entries(extra).filter(([name]) => !knownClaims.includes(name));
      return {
        header: { typ, alg: 'RS256', kid: 'key-1', ...(x5t === undefined ? {} : { x5t }) },
        claims: {
          ...Object.fromEntries(others),
          ...claims,
          ...(groups === undefined
            ? {}
            : {
                groups: Array.from(
                  { length: groups },
                  (_, index) => `${tenantId.slice(0, -3)}${100 + index}`,
                ),
              }),
          aud: listedAudience ? [aud] : aud,
          iss: `${host.href}${tenantId}${v1 ? '/' : '/v2.0'}`,
          tid: tenantId,
          ver: version,
          iat: now - age,
          nbf: now - Math.max(age, -59) - (age < 0 ? 0 : early),
          exp: now + left,
          scp: scopes.toSpliced(scopeAt, 0, scope).join(' '),
          ...(v1 ? { appid: clientApp, appidacr: proof } : { azp: clientApp, azpacr: proof }),
        },
      };
    });
}
