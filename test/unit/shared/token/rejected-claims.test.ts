import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { redact } from '../../../../shared/redacted.ts';
import {
  audience,
  clientApp,
  type Issuer,
  otherTenantId,
  startIssuer,
  tenantId,
} from '../../../support/issuer.ts';
import { createTestValidator, hour, now, outcomeOf, seconds } from './validator-under-test.ts';

type Claims = Readonly<Record<string, unknown>>;

type Row = {
  readonly name: string;
  /** Claims that replace those of a valid token. Some depend on the issuer's address. */
  readonly claims: Claims | ((issuerHost: string) => Claims);
};

const otherApi = 'd0375100-0000-4000-8000-0000000000a3';

let issuer: Issuer;
beforeAll(async () => {
  issuer = await startIssuer(() => now);
});
afterAll(() => issuer.close());

async function outcomeWith(claims: Row['claims']): Promise<string> {
  const changes = typeof claims === 'function' ? claims(issuer.host.href) : claims;
  return outcomeOf(createTestValidator(issuer), await issuer.token(changes));
}

/** The tokens that each check rejects as invalid. */
const rows: Readonly<Record<string, readonly Row[]>> = {
  tenant: [{ name: 'of a tenant that is not allowed', claims: { tid: otherTenantId } }],
  issuer: [
    {
      name: 'of another tenant',
      claims: (host) => ({ iss: `${host}${otherTenantId}/v2.0` }),
    },
    { name: 'with a slash at its end', claims: (host) => ({ iss: `${host}${tenantId}/v2.0/` }) },
    {
      name: 'on another host',
      claims: { iss: `https://login.microsoftonline.com/${tenantId}/v2.0` },
    },
    { name: 'that is missing', claims: { iss: undefined } },
    { name: 'in an array', claims: (host) => ({ iss: [`${host}${tenantId}/v2.0`] }) },
    {
      name: 'of version 1 in a token of version 2',
      claims: (host) => ({ iss: `${host}${tenantId}/` }),
    },
  ],
  version: [
    { name: 'that is missing', claims: { ver: undefined } },
    { name: 'that is unknown', claims: { ver: '3.0' } },
  ],
  audience: [
    { name: 'of another API', claims: { aud: otherApi } },
    { name: 'as a URI in a token of version 2', claims: { aud: `api://${audience}` } },
    { name: 'that is named twice', claims: { aud: [audience, audience] } },
    { name: 'in upper case', claims: { aud: audience.toUpperCase() } },
    { name: 'with more text', claims: { aud: `${audience} x` } },
    { name: 'that is missing', claims: { aud: undefined } },
    { name: 'that is an object', claims: { aud: {} } },
    {
      name: 'in a claim with another case',
      claims: { scp: undefined, aud: undefined, SCP: 'Documents.Read', Aud: audience },
    },
  ],
  expiry: [
    { name: '61 s ago', claims: { exp: seconds - 61 } },
    { name: 'in 1970', claims: { exp: 0, nbf: 0, iat: 0 } },
  ],
  lifetime: [
    { name: 'without exp', claims: { exp: undefined } },
    { name: 'without nbf', claims: { nbf: undefined } },
    { name: 'without iat', claims: { iat: undefined } },
    { name: 'with exp as a string', claims: { exp: String(seconds + hour) } },
    { name: 'with nbf as a string', claims: { nbf: String(seconds) } },
    { name: 'with iat as a string', claims: { iat: String(seconds) } },
    { name: 'of more than 48 h', claims: { exp: seconds + 49 * hour } },
    { name: 'of more than 48 h since nbf', claims: { nbf: seconds - 49 * hour } },
    { name: 'of more than 48 h since iat', claims: { iat: seconds - 49 * hour } },
  ],
  'not-before': [{ name: 'in 61 s', claims: { nbf: seconds + 61 } }],
  'issued-at': [{ name: 'in 61 s', claims: { iat: seconds + 61 } }],
  user: [
    { name: 'without oid', claims: { oid: undefined } },
    { name: 'with an oid that is not a GUID', claims: { oid: 'alice' } },
    { name: 'without sub', claims: { sub: undefined } },
    { name: 'with a number as sub', claims: { sub: 7 } },
  ],
  actor: [
    { name: 'without azp', claims: { azp: undefined } },
    { name: 'with an azp that is not a GUID', claims: { azp: 'not a GUID' } },
    {
      name: 'of version 1 in a token of version 2',
      claims: { azp: undefined, azpacr: undefined, appid: clientApp, appidacr: '0' },
    },
    { name: 'with an unknown azpacr', claims: { azpacr: '3' } },
    { name: 'with a number as azpacr', claims: { azpacr: 1 } },
  ],
  shape: [
    { name: 'with an array as scp', claims: { scp: ['Documents.Read'] } },
    { name: 'with a number as roles', claims: { roles: 7 } },
    { name: 'with an empty role', claims: { roles: '' } },
    { name: 'with a number in acrs', claims: { acrs: [7] } },
    { name: 'with an object as acrs', claims: { acrs: { c1: true } } },
    { name: 'with a number in xms_cc', claims: { xms_cc: [7] } },
    { name: 'with null as xms_cc', claims: { xms_cc: null } },
  ],
  'bound-token': [
    { name: 'with the thumbprint of a key', claims: { cnf: { jkt: 'thumbprint' } } },
    { name: 'with the thumbprint of a certificate', claims: { cnf: { 'x5t#S256': 'digest' } } },
    { name: 'with an empty confirmation', claims: { cnf: {} } },
    { name: 'with null as the confirmation', claims: { cnf: null } },
  ],
  kind: [
    { name: 'of an ID token, which has no scopes', claims: { scp: undefined, azp: clientApp } },
    { name: 'without scopes', claims: { scp: undefined } },
    { name: 'that is unknown', claims: { idtyp: 'device' } },
  ],
};

const rejectedTokens = Object.entries(rows).flatMap(([check, checkRows]) =>
  checkRows.map((row) => ({ check, ...row })),
);

test.each(rejectedTokens)('$check $name is rejected', async ({ check, claims }) => {
  expect(await outcomeWith(claims)).toBe(`invalid_token: ${check}`);
});

test.each<Row>([
  { name: 'by its idtyp', claims: { idtyp: 'app', scp: undefined } },
  {
    name: 'by its roles',
    claims: { idtyp: undefined, scp: undefined, roles: ['Everything.All'] },
  },
  { name: 'by its roles, although idtyp says user', claims: { scp: undefined, roles: ['A.All'] } },
  { name: 'by its idtyp, although it has scopes', claims: { idtyp: 'app' } },
])('an app-only token, recognised $name, lacks the scope of a user', async ({ claims }) => {
  expect(await outcomeWith(claims)).toBe('insufficient_scope: kind');
});

describe('the caller learns', () => {
  const detailFor = async (claims: Claims) => {
    const validating = createTestValidator(issuer)(redact(await issuer.token({ ...claims })));
    const error = await validating.catch((reason: unknown) => reason);
    return (error as { options: { detail?: string } }).options.detail;
  };

  test('that a token is expired', async () => {
    const expired = { exp: seconds - 61, iat: seconds - hour, nbf: seconds - hour };
    expect(await detailFor(expired)).toBe('The access token is expired.');
  });

  test('only that a token is invalid if it fails another check', async () => {
    expect(await detailFor({ nbf: seconds + 61 })).toBe('The access token is invalid.');
  });
});
