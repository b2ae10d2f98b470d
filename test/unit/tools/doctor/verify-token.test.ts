import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createDirectory } from '../../../../local/doctor/create-directory.ts';
import { ApiError } from '../../../../shared/api-error.ts';
import { redact } from '../../../../shared/redacted.ts';
import { createKeys } from '../../../../shared/token/keys.ts';
import { createValidator } from '../../../../shared/token/validate.ts';
import { type ChainContext, createChainContext } from '../../../../tools/doctor/chain-context.ts';
import { decodeToken } from '../../../../tools/doctor/decode-token.ts';
import { findFailedChecks, verifySignature } from '../../../../tools/doctor/verify-token.ts';
import {
  audience,
  type Issuer,
  otherTenantId,
  rsaKey,
  startIssuer,
  tenantId,
} from '../../../support/issuer.ts';

let issuer: Issuer;
let context: ChainContext;

beforeAll(async () => {
  issuer = await startIssuer();
  const defaults = createChainContext({ directory: createDirectory(), settings: undefined });
  context = { ...defaults, authorityHost: issuer.host };
});

afterAll(() => issuer?.close());

const nowInSeconds = () => Math.floor(Date.now() / 1_000);
const week = 7 * 86_400;

/** The check that the API's own validator reports; `undefined` for a valid token. */
async function validateAsApi(text: string): Promise<unknown> {
  const validate = createValidator({
    keys: createKeys({ authorityHost: issuer.host }),
    tenantIds: [tenantId],
    audience,
  });
  try {
    await validate(redact(text));
    return undefined;
  } catch (error) {
    return error instanceof ApiError ? error.options.logContext?.check : error;
  }
}

interface TokenCase {
  readonly title: string;
  readonly claims?: Record<string, unknown>;
  readonly header?: Record<string, unknown>;
}

const tokenCases: readonly TokenCase[] = [
  { title: 'a valid token' },
  { title: 'a valid v1 token', claims: { ver: '1.0' } },
  { title: 'another typ', header: { typ: 'other' } },
  { title: 'an invalid kid', header: { kid: 'a b' } },
  { title: 'an embedded key', header: { x5u: 'https://evil.example' } },
  { title: 'an extension', header: { zip: 'DEF' } },
  { title: 'a nonce', header: { nonce: 'n' } },
  { title: 'another tenant', claims: { tid: otherTenantId } },
  { title: 'no tenant', claims: { tid: undefined } },
  { title: 'an unknown version', claims: { ver: '3.0' } },
  { title: 'an unknown key', header: { kid: 'another' } },
  { title: 'another issuer', claims: { iss: 'https://evil.example/v2.0' } },
  { title: 'another audience', claims: { aud: 'somebody' } },
  { title: 'two audiences', claims: { aud: [audience, 'somebody'] } },
  { title: 'no expiry', claims: { exp: undefined } },
  { title: 'a lifetime of a week', claims: { exp: nowInSeconds() + week } },
  { title: 'a token that is not valid yet', claims: { nbf: nowInSeconds() + 600 } },
  { title: 'a token issued in the future', claims: { iat: nowInSeconds() + 600 } },
  { title: 'an expired token', claims: { exp: nowInSeconds() - 600 } },
  { title: 'an oid that is not a GUID', claims: { oid: 'alice' } },
  { title: 'no calling app', claims: { azp: undefined } },
  { title: 'a claim of the wrong type', claims: { roles: [1] } },
  { title: 'an ID token', claims: { scp: undefined, idtyp: undefined } },
  { title: 'an app-only token', claims: { scp: undefined, idtyp: 'app', roles: ['x'] } },
];

test.each(tokenCases)(
  'finds the same first failed check as the API for $title',
  async ({ claims = {}, header = {} }) => {
    const text = await issuer.token(claims, header);
    const token = decodeToken(text);
    const signature = await verifySignature(text, token, context);
    const failed = findFailedChecks(token, signature, context.apis[0], Date.now() / 1_000);
    expect(failed[0]).toBe(await validateAsApi(text));
  },
);

test('reports an invalid signature when another key signed under a published key id', async () => {
  const text = await issuer.token({}, {}, rsaKey().privateKey);
  const signature = await verifySignature(text, decodeToken(text), context);
  expect(signature.status).toBe('invalid');
  expect(signature.failedCheck).toBe('signature');
});

test('lists every failed check', async () => {
  const text = await issuer.token({
    aud: 'x',
    exp: 1,
    oid: 'y',
    azp: audience,
    azpacr: '0',
    scp: 'User.Read',
  });
  const token = decodeToken(text);
  const signature = await verifySignature(text, token, context);
  const [, downstream] = context.apis;
  const failed = findFailedChecks(token, signature, downstream, Date.now() / 1_000);
  expect(failed).toEqual(['audience', 'expiry', 'user', 'confidential-client', 'scope']);
});
