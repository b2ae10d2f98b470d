/**
 * The deployable bundles, run on the emulators with the settings that they have on Azure. These
 * tests cover the chain as a whole. test/chain covers each of its rules.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { smokeTest } from '../../infra/hooks/smoke-test.ts';
import { call } from '../support/call.ts';
import { needs } from '../support/needs.ts';
import { type Stack, startStack } from '../support/stack.ts';
import { bicepCli, readSnapshots } from './bicep.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const homeTenant = 'c0705000-0000-4000-8000-00000000c001';
const isLinux = process.platform === 'linux';
let stack: Stack;
let original: string;
let downstream: string;
let alice: string;

beforeAll(async () => {
  stack = await startStack({ args: ['--packaged'], set: { ALLOWED_TENANT_IDS: homeTenant } });
  original = stack.urls.originalApi;
  downstream = stack.urls.downstreamApi;
  alice = await stack.token('alice');
}, 120_000);

afterAll(() => stack?.stop());

/** Only Linux shows the arguments and the environment of another process as files. */
const readProcess = (pid: number, file: 'cmdline' | 'environ') =>
  readFileSync(`/proc/${pid}/${file}`, 'utf8').split('\0');

/** The worker of one API, found by the bundle that it runs. */
function findWorker(api: string): number {
  const bundle = join(root, api, 'dist', 'functions.js');
  const workers = stack.pids.filter((pid) => readProcess(pid, 'cmdline').includes(bundle));
  expect(workers).toHaveLength(1);
  return workers[0] ?? 0;
}

/** Removes the variables of the machine, which have no underscore, and those of the host. */
function apiSettingNames(names: readonly string[]): readonly string[] {
  const hostVariables = /^(AzureWebJobs|APPLICATIONINSIGHTS_|FUNCTIONS_|IDENTITY_|NODE_|NO_PROXY)/;
  return names.filter((name) => name.includes('_') && !hostVariables.test(name)).sort();
}

(isLinux ? test : test.skip)('each API has one worker that runs its bundle', () => {
  expect(findWorker('original-api')).not.toBe(findWorker('downstream-api'));
});

const testWithBicep = isLinux ? needs('bicep', bicepCli !== undefined) : test.skip;
testWithBicep(
  'the workers get exactly the settings that Bicep configures on Azure',
  async () => {
    const { development } = await readSnapshots();
    for (const api of ['original', 'downstream'] as const) {
      const environment = readProcess(findWorker(`${api}-api`), 'environ');
      const names = environment.map((line) => line.replace(/=.*/s, ''));
      const configured = Object.keys(development.app(api).settings);
      expect(apiSettingNames(names)).toEqual(apiSettingNames(configured));
    }
  },
  120_000,
);

test('the smoke test for deployments passes', async () => {
  const lines: string[] = [];
  await smokeTest({
    originalUrl: original,
    downstreamUrl: downstream,
    privateNetwork: false,
    clock: { now: Date.now, sleep: () => Promise.reject(new Error('An API is not healthy.')) },
    log: (line) => lines.push(line),
  });
  expect(lines.at(-1)).toBe('Downstream API rejects a direct request without a token.');
});

test('the journey shows one user with two tokens', async () => {
  const { status, json } = await call(`${original}/journey`, { token: alice });
  expect(status).toBe(200);
  const tokenA = json.original.claims;
  const tokenB = json.downstream.claims;
  expect(tokenA.azpacr).toBe('0');
  expect(tokenB.azpacr).toBe('2');
  expect(tokenB).toMatchObject({ oid: tokenA.oid, tid: tokenA.tid, azp: tokenA.aud });
});

test('the chain uses its identity, the vault, Entra and both APIs', async () => {
  await call(`${original}/journey`, { token: alice });
  const records = await stack.records();
  const hops = records.filter(({ status }) => status === 200).map(({ hop }) => hop);
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

describe('a document', () => {
  const at = (id: string) => `${original}/documents/${id}`;

  async function create(id: string): Promise<string> {
    const { status, headers } = await call(at(id), {
      token: alice,
      method: 'PUT',
      json: { title: 'One', text: 'first' },
      headers: { 'if-none-match': '*' },
    });
    expect(status).toBe(201);
    return headers.get('etag') ?? '';
  }

  test('can be read by its owner', async () => {
    await create('read');
    const { json } = await call(at('read'), { token: alice });
    expect(json).toMatchObject({ title: 'One', text: 'first' });
  });

  test('is not found by another user', async () => {
    await create('private');
    const { status } = await call(at('private'), { token: await stack.token('bob') });
    expect(status).toBe(404);
  });

  test('can be updated with its current ETag', async () => {
    const etag = await create('update');
    const { status } = await call(at('update'), {
      token: alice,
      method: 'PUT',
      json: { title: 'Two', text: 'second' },
      headers: { 'if-match': etag },
    });
    expect(status).toBe(200);
  });

  test('can be deleted with its current ETag only', async () => {
    const staleEtag = await create('delete');
    const updated = await call(at('delete'), {
      token: alice,
      method: 'PUT',
      json: { title: 'Two', text: 'second' },
      headers: { 'if-match': staleEtag },
    });
    const remove = (etag: string) =>
      call(at('delete'), { token: alice, method: 'DELETE', headers: { 'if-match': etag } });
    const refused = await remove(staleEtag);
    expect(refused.status).toBe(412);
    const removed = await remove(updated.headers.get('etag') ?? '');
    expect(removed.status).toBe(204);
    const afterwards = await call(at('delete'), { token: alice });
    expect(afterwards.status).toBe(404);
  });
});

test("Entra's claims challenge reaches the caller unchanged", async () => {
  await stack.policy('mfa', 'on');
  const { status, headers, json } = await call(`${original}/documents`, {
    token: await stack.token('carol'),
  });
  await stack.resetPolicies();
  expect(status).toBe(401);
  expect(json.code).toBe('step_up_required');
  const [, claims = ''] = / claims="([^"]+)"/.exec(headers.get('www-authenticate') ?? '') ?? [];
  expect(JSON.parse(Buffer.from(claims, 'base64').toString())).toEqual(json.claims);
});

test('Downstream API refuses token A', async () => {
  const { json } = await call(`${downstream}/documents`, { token: alice });
  expect(json).toMatchObject({ status: 401, code: 'invalid_token' });
});

test('both APIs refuse a request without a token', async () => {
  for (const api of [original, downstream]) {
    const { status } = await call(`${api}/documents`);
    expect(status).toBe(401);
  }
});

test('both APIs return 404 and a problem for an unknown route', async () => {
  for (const api of [original, downstream]) {
    const response = await call(`${api}/nothing/here`, { token: alice });
    expect(response).toMatchObject({ status: 404, json: { code: 'not_found' } });
  }
});
