import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { runChecks } from '../../../../tools/doctor/check-up.ts';
import { listChecks } from '../../../../tools/doctor/list-checks.ts';
import {
  audience,
  clientApp,
  type Issuer,
  startIssuer,
  tenantId,
} from '../../../support/issuer.ts';

let issuer: Issuer;
beforeAll(async () => {
  issuer = await startIssuer();
});
afterAll(() => issuer?.close());

async function checkUp(settings: Record<string, string>) {
  const lines: string[] = [];
  const found = {
    source: 'a test',
    original: settings,
    downstream: settings,
    originalHealth: undefined,
  };
  const first = await runChecks(listChecks(found), (line) => lines.push(line));
  return { first, text: lines.join('\n') };
}

/** Settings that can be read; whatever they lead to, but for the issuer, is not there. */
const settings = () => ({
  AZURE_TENANT_ID: tenantId,
  AZURE_AUTHORITY_HOST: issuer.host.origin,
  ORIGINAL_API_CLIENT_ID: audience,
  DOWNSTREAM_API_CLIENT_ID: 'd0375100-0000-4000-8000-0000000000a3',
  CLIENT_APP_IDS: clientApp,
  ALLOWED_ORIGINS: 'http://localhost:5173',
  DOWNSTREAM_API_URL: `${issuer.host.origin}/api/downstream`,
  AZURE_KEY_VAULT_ENDPOINT: issuer.host.origin,
  CLIENT_CREDENTIAL_NAME: 'zero-trust-original-api',
  AZURE_STORAGE_TABLE_ENDPOINT: issuer.host.origin,
});

test('every missing or bad setting of both APIs is named once, without its value, and nothing else is looked at', async () => {
  const before = issuer.asked.length;
  const { first, text } = await checkUp({
    ORIGINAL_API_CLIENT_ID: 'not-a-guid',
    DOWNSTREAM_API_CLIENT_ID: 'x',
  });
  expect(first).toMatch(/^settings \(\d+ of them must be mended\)$/);
  expect(text.match(/ORIGINAL_API_CLIENT_ID must be a GUID/g)).toHaveLength(1);
  for (const name of ['AZURE_TENANT_ID', 'CLIENT_APP_IDS', 'AZURE_STORAGE_TABLE_ENDPOINT'])
    expect(text).toContain(`${name} must be set: `);
  expect(text).not.toContain('not-a-guid');
  expect(text.match(/^ {2}skipped /gm)).toHaveLength(10);
  expect(issuer.asked).toHaveLength(before);
});

test('a machine without managed identity is told so; what does not depend on it is checked all the same', async () => {
  const { first, text } = await checkUp(settings());
  expect(first).toBe('identity of Original API (this app has no managed identity)');
  expect(text).toMatch(/ok +metadata +the issuer is http[\s\S]*ok +keys/);
  expect(text).toMatch(
    /skipped vault +needs identity of Original API\n +skipped credential +needs vault/,
  );
  expect(text).toMatch(/failed +Downstream API +it answers 404/);
  expect(text).toMatch(/skipped Original API +no setting says where it is/);
});

test('an authority of another tenant is named first', async () => {
  issuer.respond(
    '/openid-configuration',
    (_request, response) => void response.end('{"issuer":"https://other.example/x/v2.0"}'),
  );
  try {
    expect((await checkUp(settings())).first).toBe('metadata (not this authority’s)');
  } finally {
    issuer.respond('/openid-configuration', undefined);
  }
});

test('something else that answers in place of Downstream is no Downstream', async () => {
  issuer.respond('/api/downstream/health', (_request, response) => void response.end('<html>'));
  expect((await checkUp(settings())).text).toMatch(
    /failed +Downstream API +something else answers there/,
  );
  issuer.respond(
    '/api/downstream/health',
    (_request, response) => void response.end('{"status":"ok"}'),
  );
  expect((await checkUp(settings())).text).toMatch(/ok +Downstream API +answers at http/);
});
