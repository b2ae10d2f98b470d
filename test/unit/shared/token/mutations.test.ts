import { readFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, beforeEach, expect, jest, test } from '@jest/globals';
import * as jose from 'jose';
import type { ApiError } from '../../../../shared/api-error.ts';
import { redact } from '../../../../shared/redacted.ts';
import {
  type AllowedClients,
  authorize,
  authorizeChecks,
  type Policy,
} from '../../../../shared/token/authorize.ts';
import * as checks from '../../../../shared/token/checks.ts';
import type { Keys } from '../../../../shared/token/keys.ts';
import { type Check, formChecks, headerChecks } from '../../../../shared/token/parse.ts';
import { appendSignature, base64url, decodeJwt, rsa } from '../../../../tools/attack/forge.ts';
import {
  audience,
  clientApp,
  type Issuer,
  otherTenantId,
  publicJwk,
  rsaKey,
  startIssuer,
  tenantId,
} from '../../../support/issuer.ts';

type Changes = Readonly<Record<string, unknown>>;

/** The access policy of a route and the apps that may call it. */
type Access = Policy & { readonly clients: AllowedClients };

/** A check, how to remove it, and a token that no other check rejects. */
type Mutant = {
  readonly check: string;
  readonly scenario: string;
  /** Removes the check until the test ends. */
  readonly remove?: () => void;
  /** A route that does not require the check, as another way to remove it. */
  readonly access?: Access;
  readonly hostileToken: () => string | Promise<string>;
};

const now = Date.UTC(2026, 10, 22);
const seconds = now / 1_000;
const hour = 3_600;
const otherApi = 'd0375100-0000-4000-8000-0000000000a3';
const otherApp = '07e20000-0000-4000-8000-0000000000a4';
const foreignKey = rsaKey();

/** The functions of other modules that the validator calls. A mutant replaces some of them. */
const functions = {
  compactVerify: jose.compactVerify as (
    ...values: Parameters<typeof jose.compactVerify>
  ) => unknown,
  claimedTenant: checks.claimedTenant,
  claimedVersion: checks.claimedVersion,
  isAppOnly: checks.isAppOnly,
  isDelegated: checks.isDelegated,
};

jest.unstable_mockModule('jose', () => ({
  ...jose,
  compactVerify: (...values: Parameters<typeof jose.compactVerify>) =>
    functions.compactVerify(...values),
}));
jest.unstable_mockModule('../../../../shared/token/checks.ts', () => ({
  ...checks,
  claimedTenant: (...values: Parameters<typeof checks.claimedTenant>) =>
    functions.claimedTenant(...values),
  claimedVersion: (...values: Parameters<typeof checks.claimedVersion>) =>
    functions.claimedVersion(...values),
  isAppOnly: (...values: Parameters<typeof checks.isAppOnly>) => functions.isAppOnly(...values),
  isDelegated: (...values: Parameters<typeof checks.isDelegated>) =>
    functions.isDelegated(...values),
}));
const { createKeys } = await import('../../../../shared/token/keys.ts');
const { createValidator } = await import('../../../../shared/token/validate.ts');

let issuer: Issuer;
let keys: Keys;

beforeAll(async () => {
  issuer = await startIssuer(() => now);
  issuer.jwks.keys.push({
    ...publicJwk(foreignKey.publicKey, 'foreign'),
    issuer: `https://login.microsoftonline.com/${otherTenantId}/v2.0`,
  });
});
beforeEach(() => {
  keys = createKeys({ authorityHost: issuer.host, now: () => now });
});
afterEach(() => {
  jest.restoreAllMocks();
});
afterAll(() => issuer.close());

/** Signs a valid token, which a downstream API accepts as well: its client has authenticated. */
const token = (claims: Changes = {}, header: Changes = {}, key = issuer.privateKey) =>
  issuer.token({ azpacr: '1', ...claims }, header, key);

const access: Access = {
  scopes: ['Documents.Read'],
  clients: { clientIds: [clientApp], confidential: true },
};

/** Returns `accepted`, or the name of the check that rejects the token. */
async function outcome(text: string, { clients, ...policy }: Access = access): Promise<string> {
  const validate = createValidator({ keys, tenantIds: [tenantId], audience, now: () => now });
  try {
    authorize(await validate(redact(text)), policy, clients);
    return 'accepted';
  } catch (error) {
    const { options, message } = error as ApiError;
    return String(options?.logContext?.check ?? message);
  }
}

/** Makes every token pass a check. */
function disable<Values extends unknown[]>(check: Check<Values>): void {
  jest.spyOn(check, 'holds').mockReturnValue(true);
}

function disableByName<Values extends unknown[]>(
  table: readonly Check<Values>[],
  name: string,
): void {
  const check = table.find((each) => each.name === name);
  if (!check) throw new Error(`There is no check named ${name}.`);
  disable(check);
}

const headerMutant = (check: string, scenario: string, header: Changes): Mutant => ({
  check,
  scenario,
  remove: () => disableByName(headerChecks, check),
  hostileToken: () => token({}, header),
});

const claimMutant = (check: string, scenario: string, claims: () => Changes): Mutant => ({
  check,
  scenario,
  remove: () => disableByName(checks.claimChecks, check),
  hostileToken: () => token(claims()),
});

const mutants: readonly Mutant[] = [
  {
    check: 'size',
    scenario: 'a token of more than 16 KiB',
    remove: () => disable(formChecks.size),
    hostileToken: () => token({ extra: 'x'.repeat(16 * 1024) }),
  },
  {
    check: 'form',
    scenario: 'a token with padding',
    remove: () => disable(formChecks.segments),
    hostileToken: async () => `${await token()}==`,
  },
  {
    check: 'form',
    scenario: 'a token with two audiences, the second of which is valid',
    remove: () => disable(formChecks.members),
    hostileToken: async () => {
      const { header, claims } = decodeJwt(await token());
      const payload = JSON.stringify(claims).replace('{', '{"aud":"another",');
      return appendSignature(`${base64url(header)}.${base64url(payload)}`, rsa(issuer.privateKey));
    },
  },
  headerMutant('typ', 'a token with the type of an ID token', { typ: 'id+jwt' }),
  {
    check: 'alg',
    scenario: 'a token that is signed with RS512',
    // After the header check, the call of jose and the key limit the algorithm, too.
    remove: () => {
      disableByName(headerChecks, 'alg');
      jest.spyOn(functions, 'compactVerify').mockImplementation(async (jws, key) => {
        const jwk = await jose.exportJWK(key as jose.CryptoKey);
        return jose.compactVerify(jws, await jose.importJWK(jwk, 'RS512'));
      });
    },
    hostileToken: () => token({}, { alg: 'RS512' }),
  },
  headerMutant('kid', 'a token whose key id is an array', { kid: ['key-1'] }),
  headerMutant('embedded-key', 'a token that contains a key', { jwk: { kty: 'RSA' } }),
  headerMutant('extension', 'a token that claims to be compressed', { zip: 'DEF' }),
  headerMutant('nonce', 'a token with a nonce', { nonce: 'x' }),
  {
    check: 'key',
    scenario: 'a token with an unknown key id',
    remove: () => {
      const { keyOf } = keys;
      jest
        .spyOn(keys, 'keyOf')
        .mockImplementation((tenant, version) => keyOf(tenant, version, 'key-1'));
    },
    hostileToken: () => token({}, { kid: 'key-9' }),
  },
  {
    check: 'signature',
    scenario: 'a token that is signed with another key',
    remove: () => {
      jest.spyOn(functions, 'compactVerify').mockReturnValue(undefined);
    },
    hostileToken: () => token({}, {}, rsaKey().privateKey),
  },
  {
    check: 'version',
    scenario: 'a token of an unknown version',
    remove: () => {
      jest.spyOn(functions, 'claimedVersion').mockReturnValue('2.0');
    },
    hostileToken: () => token({ ver: '3.0' }),
  },
  {
    check: 'key-issuer',
    scenario: 'a token that is signed with a key for another issuer',
    remove: () => disableByName(checks.claimChecks, 'key-issuer'),
    hostileToken: () => token({}, { kid: 'foreign' }, foreignKey.privateKey),
  },
  claimMutant('issuer', 'a token whose issuer ends with a slash', () => ({
    iss: `${issuer.host.href}${tenantId}/v2.0/`,
  })),
  {
    check: 'tenant',
    scenario: 'a token of a tenant that is not allowed',
    // The tenant is checked twice: when it selects the keys, and among the claims.
    remove: () => {
      disableByName(checks.claimChecks, 'tenant');
      jest.spyOn(functions, 'claimedTenant').mockImplementation(({ tid }) => String(tid));
    },
    hostileToken: () => token({ tid: otherTenantId }),
  },
  claimMutant('audience', 'a token for another API', () => ({ aud: otherApi })),
  claimMutant('lifetime', 'a token that is valid for 49 hours', () => ({
    exp: seconds + 49 * hour,
  })),
  claimMutant('not-before', 'a token that is not valid yet', () => ({ nbf: seconds + 61 })),
  claimMutant('issued-at', 'a token from the future', () => ({ iat: seconds + 61 })),
  claimMutant('expiry', 'an expired token', () => ({
    exp: seconds - 61,
    iat: seconds - hour,
    nbf: seconds - hour,
  })),
  claimMutant('user', 'a token with an e-mail address as its object id', () => ({
    oid: 'alice@contoso.example',
  })),
  claimMutant('actor', 'a token with an unknown client authentication', () => ({ azpacr: '3' })),
  claimMutant('shape', 'a token with a number as role', () => ({ roles: [7] })),
  claimMutant('bound-token', 'a token that is bound to a key', () => ({ cnf: { jkt: 'x' } })),
  {
    check: 'kind',
    scenario: 'an app-only token',
    remove: () => {
      jest.spyOn(functions, 'isAppOnly').mockReturnValue(false);
      jest.spyOn(functions, 'isDelegated').mockReturnValue(true);
    },
    hostileToken: () => token({ idtyp: 'app' }),
  },
  {
    check: 'calling-app',
    scenario: 'a token for another app',
    access: { ...access, clients: { ...access.clients, clientIds: [otherApp] } },
    hostileToken: () => token({ azp: otherApp }),
  },
  {
    check: 'confidential-client',
    scenario: 'a token for a public client',
    access: { ...access, clients: { ...access.clients, confidential: false } },
    hostileToken: () => token({ azpacr: '0' }),
  },
  {
    check: 'scope',
    scenario: 'a token with another scope',
    access: { ...access, scopes: ['Documents.ReadWrite'] },
    hostileToken: () => token({ scp: 'Documents.ReadWrite' }),
  },
];

test('a valid token is accepted', async () => {
  expect(await outcome(await token())).toBe('accepted');
});

test.each(mutants)('the check "$check" rejects $scenario', async ({ check, hostileToken }) => {
  expect(await outcome(await hostileToken())).toBe(check);
});

test.each(mutants)(
  'without the check "$check", $scenario is accepted',
  async ({ remove, access: laxAccess, hostileToken }) => {
    remove?.();
    expect(await outcome(await hostileToken(), laxAccess)).toBe('accepted');
  },
);

test('every check has a mutant', () => {
  const named = [
    ...Object.values(formChecks).map(({ name }) => name),
    ...[...headerChecks, ...checks.claimChecks].map(({ name }) => name),
    ...authorizeChecks({ clientIds: [], confidential: true }),
    ...checksThrownIn('parse.ts'),
    ...checksThrownIn('validate.ts'),
  ];
  expect(new Set(mutants.map(({ check }) => check))).toEqual(new Set(named));
});

/** The names in `throw invalidToken('name')`. */
function checksThrownIn(file: string): string[] {
  const path = new URL(`../../../../shared/token/${file}`, import.meta.url);
  const calls = readFileSync(path, 'utf8').matchAll(/throw invalidToken\('([\w-]+)'/g);
  return Array.from(calls, ([, name = '']) => name);
}
