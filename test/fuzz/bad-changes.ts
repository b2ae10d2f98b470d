import fc from 'fast-check';
import { clientApp, tenantId } from '../support/issuer.ts';
import { scope, type Unsigned } from './good-tokens.ts';

/** Changes a good token so that it must be refused, whatever else is true of it. */
export interface BadChange {
  readonly name: string;
  readonly value: unknown;
  readonly at: 'header' | 'claims';
}

type Holds = (value: unknown, token: Unsigned) => boolean;

const isText = (value: unknown) => typeof value === 'string' && value !== '';
const isTexts: Holds = (value) =>
  value === undefined || (Array.isArray(value) ? value.every(isText) : isText(value));
const number = (value: unknown) => (typeof value === 'number' ? value : Number.NaN);
const twoDays = 48 * 3_600;
const guid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** What each member may be; every other value must be refused. Written from the handbook's table, not from the code. `now` in seconds. */
const claimRules = (now: number, { claims }: Unsigned): Readonly<Record<string, Holds>> => ({
  aud: (value, { claims }) =>
    JSON.stringify(single(value)) === JSON.stringify(single(claims.aud)) ||
    isOtherAudience(value, claims),
  iss: (value, { claims }) => value === claims.iss,
  tid: (value) => value === tenantId,
  ver: (value, { claims }) => value === claims.ver,
  exp: (value, { claims }) =>
    number(value) > now - 60 &&
    number(value) - number(claims.iat) <= twoDays &&
    number(value) - number(claims.nbf) <= twoDays,
  nbf: (value, { claims }) =>
    number(value) <= now + 60 && number(claims.exp) - number(value) <= twoDays,
  iat: (value, { claims }) =>
    number(value) <= now + 60 && number(claims.exp) - number(value) <= twoDays,
  oid: (value) => typeof value === 'string' && guid.test(value),
  sub: isText,
  ...actorRules(claims.ver === '1.0' ? ['appid', 'appidacr'] : ['azp', 'azpacr']),
  scp: (value) => typeof value === 'string' && value.split(' ').includes(scope),
  idtyp: (value) => value === undefined || value === 'user',
  roles: isTexts,
  acrs: isTexts,
  xms_cc: isTexts,
});

/** The calling app, by the names that the token's version uses. */
const actorRules = ([client, proof]: readonly [string, string]): Readonly<
  Record<string, Holds>
> => ({
  [client]: (value) => value === clientApp,
  [proof]: (value) => ['0', '1', '2'].includes(value as string),
});

const headerRules: Readonly<Record<string, Holds>> = {
  typ: (value) => value === 'JWT' || value === 'at+jwt',
  alg: (value) => value === 'RS256',
  kid: (value) => value === 'key-1',
  ...Object.fromEntries(
    ['jku', 'jwk', 'x5u', 'x5c', 'crit', 'b64', 'zip', 'enc', 'nonce'].map((name) => [
      name,
      (value: unknown) => value === undefined,
    ]),
  ),
};

const single = (value: unknown) => (Array.isArray(value) && value.length === 1 ? value[0] : value);
/** A v1 token may name this API by its id or by its URI. */
const isOtherAudience = (value: unknown, { ver, aud }: Unsigned['claims']) => {
  const [one, other] = [single(value), single(aud)].map((audience) =>
    String(audience).replace(/^api:\/\//, ''),
  );
  return (
    ver === '1.0' &&
    typeof single(value) === 'string' &&
    one === other &&
    ['', 'api://'].some((prefix) => single(value) === prefix + other)
  );
};

/** Values near what was there: the most dangerous ones. */
function near(value: unknown): fc.Arbitrary<unknown> {
  const text = String(value);
  return fc.oneof(
    fc.constantFrom<unknown>(
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
    ),
    fc
      .integer({ min: 0, max: text.length })
      .chain((at) =>
        fc
          .string({ unit: 'binary', minLength: 1, maxLength: 2 })
          .map((inserted) => text.slice(0, at) + inserted + text.slice(at)),
      ),
    fc.integer({ min: -(10 ** 6), max: 10 ** 6 }).map((step) => Number(value) + step),
  );
}

/** A change of one member to any value that it may not have. */
export function badChanges(token: Unsigned, now: number): fc.Arbitrary<BadChange> {
  const members = [
    ...Object.entries(claimRules(now, token)).map(([name, holds]) => ({
      name,
      holds,
      at: 'claims' as const,
    })),
    ...Object.entries(headerRules).map(([name, holds]) => ({ name, holds, at: 'header' as const })),
  ];
  return fc
    .constantFrom(...members)
    .chain(({ name, holds, at }) =>
      fc
        .oneof(near(token[at][name]), fc.uuid(), fc.jsonValue(), fc.string(), fc.double())
        .map((value) => ({ name, value: asJson(value), at, holds }))
        .filter(({ value }) => !holds(value, token)),
    )
    .map(({ name, value, at }) => ({ name, value, at }));
}

/** What arrives: NaN and the infinities are null in JSON. */
const asJson = (value: unknown): unknown =>
  value === undefined ? undefined : JSON.parse(JSON.stringify(value) ?? 'null');
