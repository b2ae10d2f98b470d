import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { createChainChecks } from '../../../../tools/doctor/chain-checks.ts';
import { runChecks } from '../../../../tools/doctor/run-checks.ts';
import {
  audience,
  clientApp,
  type Issuer,
  startIssuer,
  tenantId,
} from '../../../support/issuer.ts';

let issuer: Issuer;

beforeEach(async () => {
  issuer = await startIssuer();
});

afterEach(() => issuer?.close());

async function checkChain(settings: Record<string, string>) {
  const lines: string[] = [];
  const checks = createChainChecks({
    source: 'a test',
    original: settings,
    downstream: settings,
    originalHealth: undefined,
  });
  const firstFailure = await runChecks(checks, (line) => lines.push(line));
  return { firstFailure, output: lines.join('\n') };
}

/** Valid settings. Of everything that they refer to, only the issuer exists. */
const validSettings = () => ({
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

test('names each missing or invalid setting of both APIs once, without its value', async () => {
  const { firstFailure, output } = await checkChain({
    ORIGINAL_API_CLIENT_ID: 'not-a-guid',
    DOWNSTREAM_API_CLIENT_ID: 'x',
  });
  expect(firstFailure).toMatch(/^settings \(\d+ missing or invalid\)$/);
  expect(output.match(/ORIGINAL_API_CLIENT_ID must be a GUID/g)).toHaveLength(1);
  expect(output).toContain('AZURE_TENANT_ID must be set: ');
  expect(output).toContain('CLIENT_APP_IDS must be set: ');
  expect(output).toContain('AZURE_STORAGE_TABLE_ENDPOINT must be set: ');
  expect(output).not.toContain('not-a-guid');
});

test('runs no other check when settings are invalid', async () => {
  const { output } = await checkChain({ ORIGINAL_API_CLIENT_ID: 'not-a-guid' });
  expect(output.match(/^ {2}skipped /gm)).toHaveLength(10);
  expect(issuer.requestedPaths).toEqual([]);
});

test('reports a missing managed identity and runs the checks that do not need it', async () => {
  const { firstFailure, output } = await checkChain(validSettings());
  expect(firstFailure).toBe('identity of Original API (this app has no managed identity)');
  expect(output).toMatch(/ok +metadata +the issuer is http/);
  expect(output).toMatch(/ok +keys/);
  expect(output).toMatch(/skipped vault +needs identity of Original API/);
  expect(output).toMatch(/skipped credential +needs vault/);
  expect(output).toMatch(/failed +Downstream API +responded with status 404/);
  expect(output).toMatch(/skipped Original API +no setting contains its address/);
});

test('reports metadata of another issuer first', async () => {
  issuer.respond('/openid-configuration', (_request, response) => {
    response.end('{"issuer":"https://other.example/x/v2.0"}');
  });
  const { firstFailure } = await checkChain(validSettings());
  expect(firstFailure).toBe('metadata (not from this authority)');
});

test('accepts the health response of Downstream API', async () => {
  issuer.respond('/api/downstream/health', (_request, response) => {
    response.end('{"status":"ok"}');
  });
  const { output } = await checkChain(validSettings());
  expect(output).toMatch(/ok +Downstream API +healthy at http/);
});

test('rejects the response of another server at the address of Downstream API', async () => {
  issuer.respond('/api/downstream/health', (_request, response) => {
    response.end('<html>');
  });
  const { output } = await checkChain(validSettings());
  expect(output).toMatch(/failed +Downstream API +the response is not from this API/);
});
