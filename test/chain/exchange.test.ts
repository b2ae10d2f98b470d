import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { type CallResponse, call } from '../support/call.ts';
import { type Stack, startStack } from '../support/stack.ts';
import { listTokenRequests, listVaultReads } from './records.ts';

function listDocuments(stack: Stack, token: string): Promise<CallResponse> {
  return call(`${stack.urls.originalApi}/documents`, { token });
}

/** Sends concurrent requests and returns their status codes. */
async function listStatuses(
  stack: Stack,
  token: string,
  count: number,
): Promise<readonly number[]> {
  const responses = await Promise.all(
    Array.from({ length: count }, () => listDocuments(stack, token)),
  );
  return responses.map(({ status }) => status);
}

const repeat = (status: number, count: number) => Array.from({ length: count }, () => status);

describe('with a certificate in the vault', () => {
  let stack: Stack;
  beforeAll(async () => {
    stack = await startStack();
  }, 120_000);
  afterAll(() => stack?.stop());
  beforeEach(() => stack.clearRecords());

  test('two consecutive requests of one user share one token request', async () => {
    const token = await stack.token('carol');
    expect((await listDocuments(stack, token)).status).toBe(200);
    expect((await listDocuments(stack, token)).status).toBe(200);
    expect(await listTokenRequests(stack)).toHaveLength(1);
  });

  test('50 concurrent requests after a first one need no further token request', async () => {
    const token = await stack.token('carol');
    await listDocuments(stack, token);
    expect(await listStatuses(stack, token, 50)).toEqual(repeat(200, 50));
    expect(await listTokenRequests(stack)).toHaveLength(1);
  });

  test('50 concurrent first requests of a user share one token request', async () => {
    const token = await stack.token('greta');
    expect(await listStatuses(stack, token, 50)).toEqual(repeat(200, 50));
    expect(await listTokenRequests(stack)).toHaveLength(1);
  });

  test('two sessions of one user have a cached token each', async () => {
    const first = await stack.token('dana');
    const second = await stack.token('dana');
    for (let turn = 0; turn < 10; turn += 1) {
      expect((await listDocuments(stack, first)).status).toBe(200);
      expect((await listDocuments(stack, second)).status).toBe(200);
    }
    expect(await listTokenRequests(stack)).toHaveLength(2);
  });

  test('a rotated credential costs one vault read and one repeated token request', async () => {
    await listDocuments(stack, await stack.token('alice'));
    await stack.policy('vault-credential', 'rotate');
    await stack.clearRecords();
    expect((await listDocuments(stack, await stack.token('bob'))).status).toBe(200);
    expect((await listTokenRequests(stack)).map(({ status }) => status)).toEqual([401, 200]);
    expect(await listVaultReads(stack)).toHaveLength(1);
  });
});

describe('with a certificate in the vault, at a cold start', () => {
  let stack: Stack;
  beforeAll(async () => {
    stack = await startStack();
    await stack.clearRecords();
    const [alice, bob] = await Promise.all([stack.token('alice'), stack.token('bob')]);
    const statuses = await Promise.all([
      listStatuses(stack, alice, 10),
      listStatuses(stack, bob, 10),
    ]);
    expect(statuses.flat()).toEqual(repeat(200, 20));
  }, 120_000);
  afterAll(() => stack?.stop());

  test('20 requests of two users read the vault once, as Original API', async () => {
    const reads = await listVaultReads(stack);
    expect(reads).toHaveLength(1);
    expect(reads[0]?.facts).toMatchObject({
      identity: 'original-api',
      secret: 'zero-trust-original-api',
    });
  });

  test('20 requests of two users request one identity token for the vault', async () => {
    const identityTokens = (await stack.records()).filter(
      ({ hop, facts }) =>
        hop === 'managed-identity' && facts.resource === 'https://vault.azure.net',
    );
    expect(identityTokens).toHaveLength(1);
  });

  test('20 requests of two users make one token request for each user', async () => {
    expect(await listTokenRequests(stack)).toHaveLength(2);
  });
});

describe('with an expired certificate', () => {
  let stack: Stack;
  let responses: readonly CallResponse[];
  beforeAll(async () => {
    stack = await startStack();
    expect((await listDocuments(stack, await stack.token('alice'))).status).toBe(200);
    await stack.policy('vault-credential', 'expire');
    await stack.clearRecords();
    const tokens = await Promise.all(Array.from({ length: 20 }, () => stack.token('gina')));
    responses = await Promise.all(tokens.map((token) => listDocuments(stack, token)));
  }, 120_000);
  afterAll(() => stack?.stop());

  test('every request returns 503 with Retry-After', () => {
    expect(responses.map(({ status }) => status)).toEqual(repeat(503, 20));
    expect(responses[0]?.headers.get('retry-after')).toMatch(/^\d+$/);
  });

  test('20 requests within a minute read the vault at most once', async () => {
    expect((await listVaultReads(stack)).length).toBeLessThanOrEqual(1);
  });
});

describe.each([
  {
    name: 'a secret in the vault',
    set: {
      CLIENT_CREDENTIAL: 'key-vault-secret',
      CLIENT_CREDENTIAL_NAME: 'zero-trust-original-api-secret',
    },
    azpacr: '1',
    vaultReads: 1,
  },
  {
    name: 'the managed identity as the credential',
    set: { CLIENT_CREDENTIAL: 'managed-identity' },
    azpacr: '2',
    vaultReads: 0,
  },
])('with $name', ({ set, azpacr, vaultReads }) => {
  let stack: Stack;
  beforeAll(async () => {
    stack = await startStack({ set });
  }, 120_000);
  afterAll(() => stack?.stop());

  const readJourney = async (user: string) =>
    call(`${stack.urls.originalApi}/journey`, { token: await stack.token(user) });

  test(`token B has azpacr ${azpacr}`, async () => {
    const { status, json } = await readJourney('alice');
    expect(status).toBe(200);
    expect(json.downstream?.claims.azpacr).toBe(azpacr);
  });

  test('the chain works after Entra has replaced all signing keys at once', async () => {
    await readJourney('alice');
    await stack.policy('signing-key', 'emergency');
    expect((await readJourney('bob')).status).toBe(200);
  });

  test(`requests of several users read the vault ${vaultReads} times`, async () => {
    expect((await readJourney('alice')).status).toBe(200);
    expect((await readJourney('bob')).status).toBe(200);
    expect(await listVaultReads(stack)).toHaveLength(vaultReads);
  });
});
