import fc from 'fast-check';
import { clientApp, tenantId } from '../support/issuer.ts';
import { scope, type UnsignedToken } from './good-tokens.ts';

/** A change of one member that makes a valid token invalid. */
export interface BadChange {
  readonly part: 'header' | 'claims';
  readonly name: string;
  /** The new value; `undefined` removes the member. */
  readonly value: unknown;
}

/** Returns whether a token stays valid with this value of a member. */
type Rule = (value: unknown, token: UnsignedToken) => boolean;
type Rules = Readonly<Record<string, Rule>>;

const clockTolerance = 60;
const maxLifetime = 48 * 3_600;
const guid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/**
 * The allowed values of each claim. The rules follow the documented claims of Entra's access tokens
 * and not the code under test.
 *
 * @param now in seconds
 */
function listClaimRules(now: number, token: UnsignedToken): Rules {
  const isV1 = token.claims.ver === '1.0';
  const isLifetimeAllowed = (from: unknown, to: unknown) =>
    toNumber(to) - toNumber(from) <= maxLifetime;
  return {
    aud: isAudienceAllowed,
    iss: (value, { claims }) => value === claims.iss,
    tid: (value) => value === tenantId,
    ver: (value, { claims }) => value === claims.ver,
    exp: (value, { claims }) =>
      toNumber(value) > now - clockTolerance &&
      isLifetimeAllowed(claims.iat, value) &&
      isLifetimeAllowed(claims.nbf, value),
    nbf: (value, { claims }) =>
      toNumber(value) <= now + clockTolerance && isLifetimeAllowed(value, claims.exp),
    iat: (value, { claims }) =>
      toNumber(value) <= now + clockTolerance && isLifetimeAllowed(value, claims.exp),
    oid: (value) => typeof value === 'string' && guid.test(value),
    sub: isText,
    [isV1 ? 'appid' : 'azp']: (value) => value === clientApp,
    [isV1 ? 'appidacr' : 'azpacr']: (value) => ['0', '1', '2'].includes(value as string),
    scp: (value) => typeof value === 'string' && value.split(' ').includes(scope),
    idtyp: (value) => value === undefined || value === 'user',
    roles: isMissingOrTexts,
    acrs: isMissingOrTexts,
    xms_cc: isMissingOrTexts,
  };
}

const headerRules: Rules = {
  typ: (value) => value === 'JWT' || value === 'at+jwt',
  alg: (value) => value === 'RS256',
  kid: (value) => value === 'key-1',
  jku: isMissing,
  jwk: isMissing,
  x5u: isMissing,
  x5c: isMissing,
  crit: isMissing,
  b64: isMissing,
  zip: isMissing,
  enc: isMissing,
  nonce: isMissing,
};

/** A version 1.0 token may name this API by its client id or by its application ID URI. */
function isAudienceAllowed(value: unknown, { claims }: UnsignedToken): boolean {
  const changed = unwrapSingle(value);
  const audience = unwrapSingle(claims.aud);
  if (JSON.stringify(changed) === JSON.stringify(audience)) return true;
  if (claims.ver !== '1.0') return false;
  const clientId = String(audience).slice(String(audience).startsWith('api://') ? 6 : 0);
  return changed === clientId || changed === `api://${clientId}`;
}

function unwrapSingle(value: unknown): unknown {
  return Array.isArray(value) && value.length === 1 ? value[0] : value;
}

function isMissing(value: unknown): boolean {
  return value === undefined;
}

function isText(value: unknown): boolean {
  return typeof value === 'string' && value !== '';
}

function isMissingOrTexts(value: unknown): boolean {
  if (value === undefined) return true;
  return Array.isArray(value) ? value.every(isText) : isText(value);
}

function toNumber(value: unknown): number {
  return typeof value === 'number' ? value : Number.NaN;
}

/** Creates values that are similar to the original one, which are the most dangerous ones. */
function similarValues(value: unknown): fc.Arbitrary<unknown> {
  const text = String(value);
  const variants = fc.constantFrom<unknown>(
    undefined,
    null,
    [value],
    [value, value],
    { value },
    text,
    `${text} `,
    ` ${text}`,
    `${text}x`,
    `${text}/`,
    text.slice(1),
    text.slice(0, -1),
    text.toUpperCase(),
    `${text},x`,
    `x ${text}x`,
    [text, 'x'],
    -Number(value),
    Number(value) * 1_000,
    0,
  );
  const withInsertion = fc
    .record({
      index: fc.integer({ min: 0, max: text.length }),
      inserted: fc.string({ unit: 'binary', minLength: 1, maxLength: 2 }),
    })
    .map(({ index, inserted }) => text.slice(0, index) + inserted + text.slice(index));
  const otherNumbers = fc
    .integer({ min: -(10 ** 6), max: 10 ** 6 })
    .map((difference) => Number(value) + difference);
  return fc.oneof(variants, withInsertion, otherNumbers);
}

/**
 * Creates changes of one member of a valid token to values that it must not have.
 *
 * @param now in seconds
 */
export function badChanges(token: UnsignedToken, now: number): fc.Arbitrary<BadChange> {
  const claims = Object.entries(listClaimRules(now, token)).map(([name, isAllowed]) => ({
    part: 'claims' as const,
    name,
    isAllowed,
  }));
  const header = Object.entries(headerRules).map(([name, isAllowed]) => ({
    part: 'header' as const,
    name,
    isAllowed,
  }));
  return fc.constantFrom(...claims, ...header).chain(({ part, name, isAllowed }) => {
    const values = fc.oneof(
      similarValues(token[part][name]),
      fc.uuid(),
      fc.jsonValue(),
      fc.string(),
      fc.double(),
    );
    return values
      .map(convertToJson)
      .filter((value) => !isAllowed(value, token))
      .map((value) => ({ part, name, value }));
  });
}

/** Returns the value as the API parses it: NaN and the infinities are null in JSON. */
function convertToJson(value: unknown): unknown {
  if (value === undefined) return undefined;
  return JSON.parse(JSON.stringify(value) ?? 'null');
}
