import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { findProvenance, judgeToken } from '../../../../tools/doctor/judge-token.ts';
import { lookAt } from '../../../../tools/doctor/read-token.ts';
import { readSurroundings } from '../../../../tools/doctor/surroundings.ts';
import { ApiError } from '../../../../shared/api-error.ts';
import { redact } from '../../../../shared/redacted.ts';
import { createKeys } from '../../../../shared/token/keys.ts';
import { createValidator } from '../../../../shared/token/validate.ts';
import {
  audience,
  type Issuer,
  otherTenantId,
  rsaKey,
  startIssuer,
  tenantId,
} from '../../../support/issuer.ts';

let issuer: Issuer;
beforeAll(async () => {
  issuer = await startIssuer();
});
afterAll(() => issuer?.close());

type Row = readonly [string, Record<string, unknown>, Record<string, unknown>?];
const rows: readonly Row[] = [
  ['good', {}],
  ['good v1', { ver: '1.0' }],
  ['typ', {}, { typ: 'other' }],
  ['kid', {}, { kid: 'a b' }],
  ['embedded key', {}, { x5u: 'https://evil.example' }],
  ['extension', {}, { zip: 'DEF' }],
  ['nonce', {}, { nonce: 'n' }],
  ['tenant', { tid: otherTenantId }],
  ['no tenant', { tid: undefined }],
  ['version', { ver: '3.0' }],
  ['key', {}, { kid: 'another' }],
  ['issuer', { iss: 'https://evil.example/v2.0' }],
  ['audience', { aud: 'somebody' }],
  ['two audiences', { aud: [audience, 'somebody'] }],
  ['no exp', { exp: undefined }],
  ['a week long', { exp: Math.floor(Date.now() / 1_000) + 7 * 86_400 }],
  ['not yet', { nbf: Math.floor(Date.now() / 1_000) + 600 }],
  ['issued in the future', { iat: Math.floor(Date.now() / 1_000) + 600 }],
  ['expired', { exp: Math.floor(Date.now() / 1_000) - 600 }],
  ['no user', { oid: 'alice' }],
  ['no actor', { azp: undefined }],
  ['shape', { roles: [1] }],
  ['ID token', { scp: undefined, idtyp: undefined }],
  ['app-only', { scp: undefined, idtyp: 'app', roles: ['x'] }],
];

test.each(rows.map(([what, claims, header = {}]) => [what, claims, header] as const))(
  'the doctor names the check that the API itself fails: %s',
  async (_what, claims, header) => {
    const text = await issuer.token(claims, header);
    const around = { ...readSurroundings(undefined), authorityHost: issuer.host };
    const looked = lookAt(text);
    const judged = judgeToken(
      looked,
      await findProvenance(text, looked, around),
      around.apis[0],
      Date.now() / 1_000,
    );
    const validate = createValidator({
      keys: createKeys({ authorityHost: issuer.host }),
      tenantIds: [tenantId],
      audience,
    });
    const check = await validate(redact(text)).then(
      () => undefined,
      (error: unknown) => (error instanceof ApiError ? error.options.logContext?.check : error),
    );
    expect(judged[0]).toBe(check);
  },
);

test('a key of somebody else under a published name is a bad signature', async () => {
  const text = await issuer.token({}, {}, rsaKey().privateKey);
  const looked = lookAt(text);
  const provenance = await findProvenance(text, looked, {
    ...readSurroundings(undefined),
    authorityHost: issuer.host,
  });
  expect(provenance).toMatchObject({ failed: 'signature', signature: 'bad' });
});

test('all that is wrong is listed, not only the first', async () => {
  const text = await issuer.token({
    aud: 'x',
    exp: 1,
    oid: 'y',
    azp: audience,
    azpacr: '0',
    scp: 'User.Read',
  });
  const looked = lookAt(text);
  const around = { ...readSurroundings(undefined), authorityHost: issuer.host };
  const [, downstream] = around.apis;
  expect(
    judgeToken(looked, await findProvenance(text, looked, around), downstream, Date.now() / 1_000),
  ).toEqual(['audience', 'expiry', 'user', 'confidential-client', 'scope']);
});
