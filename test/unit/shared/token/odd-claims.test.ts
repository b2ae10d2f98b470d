import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { ApiError } from '../../../../shared/api-error.ts';
import { redact } from '../../../../shared/redacted.ts';
import { createKeys } from '../../../../shared/token/keys.ts';
import { createValidator, type Validate } from '../../../../shared/token/validate.ts';
import { base64url, rsa, signedBy, takeApart } from '../../../../tools/attack/forge.ts';
import { audience, type Issuer, startIssuer, tenantId } from '../../../support/issuer.ts';

const now = Date.UTC(2026, 10, 22);
const seconds = now / 1_000;
let issuer: Issuer;
let validate: Validate;

beforeAll(async () => {
  issuer = await startIssuer(() => now);
  validate = createValidator({
    keys: createKeys({ authorityHost: issuer.host }),
    tenantIds: [tenantId],
    audience,
    now: () => now,
  });
});
afterAll(() => issuer.close());

/** `accepted`, or the check that the token fails. */
const outcome = (token: string) =>
  validate(redact(token)).then(
    () => 'accepted',
    ({ options }: ApiError) => options.logContext?.check,
  );

test.each([
  ['lifetime', { iat: String(seconds) }],
  ['lifetime', { nbf: String(seconds) }],
  ['lifetime', { exp: String(seconds + 3_600) }],
  ['lifetime', { nbf: seconds - 49 * 3_600 }],
  ['lifetime', { iat: seconds - 49 * 3_600 }],
  ['shape', { acrs: [7] }],
  ['shape', { acrs: { c1: true } }],
  ['shape', { xms_cc: [7] }],
  ['shape', { xms_cc: null }],
  ['shape', { roles: '' }],
  ['shape', { scp: ['Documents.Read'] }],
  ['user', { sub: undefined }],
  ['user', { sub: 7 }],
  ['actor', { azp: 'not a GUID' }],
  ['actor', { azpacr: 1 }],
  ['kind', { scp: undefined, roles: ['Documents.Read.All'] }],
  ['kind', { scp: undefined }],
  ['kind', { idtyp: 'device' }],
  ['audience', { aud: `api://${audience}` }],
  ['audience', { aud: [audience, audience] }],
])('the check "%s" fails for %j, and nothing breaks', async (check, claims) => {
  expect(await outcome(await issuer.token(claims))).toBe(check);
});

test('only a token that is too old is called expired', async () => {
  const told = async (claims: object) =>
    validate(redact(await issuer.token({ ...claims }))).catch(
      ({ options }: ApiError) => options.detail ?? '',
    );
  expect(await told({ exp: seconds - 61, iat: seconds - 3_600, nbf: seconds - 3_600 })).toBe(
    'The access token is expired.',
  );
  expect(await told({ nbf: seconds + 61 })).toBe('The access token is invalid.');
});

/** A token whose payload is these bytes, well signed. */
async function withPayload(change: (good: string) => Buffer): Promise<string> {
  const { header, claims } = takeApart(await issuer.token());
  return signedBy(
    `${base64url(header)}.${base64url(change(JSON.stringify(claims)))}`,
    rsa(issuer.privateKey),
  );
}

test.each([
  ['with a byte order mark', (good: string) => Buffer.from(`\uFEFF${good}`)],
  [
    'with bytes that are no UTF-8',
    (good: string) => Buffer.from(good.replace('{', '{"x":"\u00e9",'), 'latin1'),
  ],
  ['that is a list', (good: string) => Buffer.from(`[${good}]`)],
])('a payload %s has no form, however well it is signed', async (_name, change) => {
  expect(await outcome(await withPayload((good) => Buffer.from(good)))).toBe('accepted');
  expect(await outcome(await withPayload(change))).toBe('form');
});
