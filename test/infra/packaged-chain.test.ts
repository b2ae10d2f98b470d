import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { smokeTest } from '../../infra/hooks/smoke-test.ts';
import { call } from '../support/call.ts';
import { needs } from '../support/needs.ts';
import { type Stack, startStack } from '../support/stack.ts';
import { bicepCli, readSnapshots } from './bicep.ts';

/** What is deployed, run on the emulators with the settings that it would have: the chain as a whole, not each of its rules (test/chain). */
const homeTenant = 'c0705000-0000-4000-8000-00000000c001';
let stack: Stack;
let original: string;
let alice: string;
beforeAll(async () => {
  stack = await startStack({ args: ['--packaged'], set: { ALLOWED_TENANT_IDS: homeTenant } });
  original = stack.urls.originalApi;
  alice = await stack.token('alice');
}, 120_000);
afterAll(() => stack?.stop());

// The arguments of another process are no file elsewhere.
const onLinux = process.platform === 'linux' ? test : test.skip;
onLinux('the workers run the artefacts', () => {
  const commands = stack.pids.map((pid) => readFileSync(`/proc/${pid}/cmdline`, 'utf8'));
  const root = fileURLToPath(new URL('../../', import.meta.url));
  for (const api of ['original-api', 'downstream-api']) {
    expect(
      commands.filter((command) => command.includes(join(root, api, 'dist', 'functions.js'))),
    ).toHaveLength(1);
  }
});

/** The names of an environment that are an API's own: neither the machine's, which have no underscore, nor a host's. */
const apiSettings = (environment: readonly string[]) =>
  environment
    .map((line) => line.replace(/=.*/s, ''))
    .filter((name) =>
      /^(?!AzureWebJobs|APPLICATIONINSIGHTS_|FUNCTIONS_|IDENTITY_|NODE_|NO_PROXY).+_/.test(name),
    )
    .sort();

const onLinuxWithBicep =
  process.platform === 'linux' ? needs('bicep', bicepCli !== undefined) : test.skip;
onLinuxWithBicep(
  'the workers are told what Bicep would tell them: the same settings, each and no other',
  async () => {
    const { development } = await readSnapshots();
    for (const api of ['original', 'downstream'] as const) {
      const [pid] = stack.pids.filter((id) =>
        readFileSync(`/proc/${id}/cmdline`, 'utf8').includes(`${api}-api/dist/functions.js`),
      );
      const told = readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0');
      expect(apiSettings(told)).toEqual(apiSettings(Object.keys(development.app(api).settings)));
    }
  },
  120_000,
);

test('the smoke test that follows a deployment is content', async () => {
  const said: string[] = [];
  const { originalApi, downstreamApi } = stack.urls;
  const clock = { now: Date.now, sleep: () => Promise.reject(new Error('not healthy at once')) };
  await smokeTest({
    originalUrl: originalApi,
    downstreamUrl: downstreamApi,
    privateNetwork: false,
    clock,
    say: (line) => said.push(line),
  });
  expect(said.at(-1)).toBe('Downstream API refuses a direct call.');
});

test('the journey shows one user with two tokens, the second made on behalf of that user with a certificate out of the vault', async () => {
  const { status, json } = await call(`${original}/journey`, { token: alice });
  expect(status).toBe(200);
  const { original: a, downstream: b } = json;
  expect([a.claims.azpacr, b.claims.azpacr]).toEqual(['0', '2']);
  expect(b.claims).toMatchObject({ oid: a.claims.oid, tid: a.claims.tid, azp: a.claims.aud });
  const hops = (await stack.records())
    .filter(({ status: answered }) => answered === 200)
    .map(({ hop }) => hop);
  expect(hops).toEqual(
    expect.arrayContaining([
      'managed-identity',
      'vault',
      'entra',
      'original-api',
      'downstream-api',
    ]),
  );
});

test('a document is created, found by its ETag, updated and deleted, and another user does not see it', async () => {
  const at = (
    options: {
      token?: string;
      method?: string;
      json?: unknown;
      headers?: Record<string, string>;
    } = {},
  ) => call(`${original}/documents/packaged`, { token: alice, ...options });
  const created = await at({
    method: 'PUT',
    json: { title: 'One', text: 'first' },
    headers: { 'if-none-match': '*' },
  });
  expect(created.status).toBe(201);
  const etag = created.headers.get('etag') ?? '';
  expect((await at()).json).toMatchObject({ title: 'One', text: 'first' });
  expect((await at({ token: await stack.token('bob') })).status).toBe(404);
  const updated = await at({
    method: 'PUT',
    json: { title: 'Two', text: 'second' },
    headers: { 'if-match': etag },
  });
  expect(updated.status).toBe(200);
  expect((await at({ method: 'DELETE', headers: { 'if-match': etag } })).status).toBe(412);
  expect(
    (await at({ method: 'DELETE', headers: { 'if-match': updated.headers.get('etag') ?? '' } }))
      .status,
  ).toBe(204);
  expect((await at()).status).toBe(404);
});

test('a refusal of Entra goes up with its claims whole', async () => {
  await stack.policy('mfa', 'on');
  const { status, headers, json } = await call(`${original}/documents`, {
    token: await stack.token('carol'),
  });
  await stack.resetPolicies();
  expect([status, json.code]).toEqual([401, 'step_up_required']);
  const [, claims = ''] = / claims="([^"]+)"/.exec(headers.get('www-authenticate') ?? '') ?? [];
  expect(JSON.parse(Buffer.from(claims, 'base64').toString())).toEqual(json.claims);
});

test('token A is refused by Downstream, no token by both', async () => {
  const downstream = stack.urls.downstreamApi;
  expect((await call(`${downstream}/documents`, { token: alice })).json).toMatchObject({
    status: 401,
    code: 'invalid_token',
  });
  for (const api of [original, downstream])
    expect((await call(`${api}/documents`)).status).toBe(401);
});

test('an unknown route is a problem with status 404 at both', async () => {
  for (const api of [original, stack.urls.downstreamApi]) {
    expect(await call(`${api}/nothing/here`, { token: alice })).toMatchObject({
      status: 404,
      json: { code: 'not_found' },
    });
  }
});
