import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { type CallResponse, call } from '../support/call.ts';
import { type FakeDownstream, type Respond, startDownstream } from '../support/downstream.ts';
import { type Stack, startStack } from '../support/stack.ts';
import { listTokenRequests, listVaultReads } from './records.ts';

const downstreamId = 'd0375100-0000-4000-8000-0000000000a3';

function listDocuments(
  stack: Stack,
  token: string,
  headers: Record<string, string> = {},
): Promise<CallResponse> {
  return call(`${stack.urls.originalApi}/documents`, { token, headers });
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

  test('two requests of one user in a row share one token request', async () => {
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

  test('two sessions of one user keep a cached token each', async () => {
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

  test('20 requests of two users read the vault once, as the identity of Original API', async () => {
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
    expect(await listVaultReads(stack)).toHaveLength(vaultReads);
  });

  test('the chain works after Entra has replaced all signing keys at once', async () => {
    await readJourney('alice');
    await stack.policy('signing-key', 'emergency');
    expect((await readJourney('bob')).status).toBe(200);
    expect(await listVaultReads(stack)).toHaveLength(vaultReads);
  });
});

describe('requests to Downstream API', () => {
  let stack: Stack;
  let downstream: FakeDownstream;
  let token: string;
  beforeAll(async () => {
    downstream = await startDownstream();
    stack = await startStack({ set: { DOWNSTREAM_API_URL: downstream.url } });
    token = await stack.token('alice');
  }, 120_000);
  afterAll(async () => {
    await stack?.stop();
    await downstream?.close();
  });
  afterEach(() => {
    downstream.received.splice(0);
  });

  const putDocument = (headers: Record<string, string> = {}) =>
    call(`${stack.urls.originalApi}/documents/one`, {
      token,
      method: 'PUT',
      json: { title: 'x', text: 'y' },
      headers: { 'if-match': '"1"', ...headers },
    });

  test('a read forwards Accept-Language and no other header of the caller', async () => {
    await listDocuments(stack, token, {
      'accept-language': 'pt',
      cookie: 'session=1',
      'x-functions-key': 'secret',
      'x-ms-client-principal': 'x',
      origin: stack.urls.clientApp,
      'x-forwarded-for': '1.2.3.4',
    });
    expect(downstream.received).toHaveLength(1);
    expect(Object.keys(downstream.received[0]?.headers ?? {}).sort()).toEqual([
      'accept-encoding',
      'accept-language',
      'authorization',
      'connection',
      'host',
      'traceparent',
    ]);
  });

  test('a request carries a token for Downstream API and never token A', async () => {
    await listDocuments(stack, token);
    await putDocument();
    const [, payloadOfTokenA] = token.split('.');
    expect(downstream.received).toHaveLength(2);
    expect(JSON.stringify(downstream.received)).not.toContain(payloadOfTokenA);

    const payload = downstream.received[0]?.headers.authorization?.split('.')[1] ?? '';
    expect(JSON.parse(Buffer.from(payload, 'base64url').toString()).aud).toBe(downstreamId);
  });

  test('a write forwards If-Match, the content type and the trace with a new span', async () => {
    await putDocument({ traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01' });
    expect(downstream.received[0]?.headers).toMatchObject({
      'if-match': '"1"',
      'content-type': 'application/json',
      traceparent: expect.stringMatching(
        /^00-0af7651916cd43dd8448eb211c80319c-(?!b7ad6b7169203331)[0-9a-f]{16}-01$/,
      ),
    });
  });

  const failures: readonly {
    readonly name: string;
    readonly status: number;
    readonly code: string;
    readonly respond: Respond;
  }[] = [
    {
      name: 'a redirect',
      status: 502,
      code: 'bad_gateway',
      respond: (_, response) =>
        response.writeHead(307, { location: `${downstream.url}/canary` }).end(),
    },
    {
      name: 'HTML',
      status: 502,
      code: 'bad_gateway',
      respond: (_, response) => response.end('<html>'),
    },
    {
      name: 'a body over 1 MiB',
      status: 502,
      code: 'bad_gateway',
      respond: (_, response) => response.end(JSON.stringify({ x: 'y'.repeat(1024 * 1024) })),
    },
    {
      name: 'a compressed body',
      status: 502,
      code: 'bad_gateway',
      respond: (_, response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end('x'),
    },
    {
      name: '500',
      status: 502,
      code: 'bad_gateway',
      respond: (_, response) =>
        response.writeHead(500).end('{"code":"unexpected","detail":"a stack trace"}'),
    },
    {
      name: '401 without claims',
      status: 502,
      code: 'bad_gateway',
      respond: (_, response) =>
        response.writeHead(401, { 'www-authenticate': 'Bearer error="invalid_token"' }).end(),
    },
    {
      name: '403 because of Original API itself',
      status: 502,
      code: 'bad_gateway',
      respond: (_, response) => response.writeHead(403).end('{"code":"caller_not_allowed"}'),
    },
    {
      name: 'a broken connection',
      status: 502,
      code: 'bad_gateway',
      respond: (request) => request.socket.destroy(),
    },
    {
      name: '503',
      status: 503,
      code: 'unavailable',
      respond: (_, response) =>
        response.writeHead(503, { 'retry-after': '7' }).end('{"code":"unavailable"}'),
    },
  ];
  test.each(failures)(
    '$name becomes $status $code without details of Downstream API',
    async ({ status, code, respond }) => {
      downstream.respondWith(respond);
      const response = await listDocuments(stack, token);
      expect(response).toMatchObject({ status, json: { code } });
      expect(response.text).not.toMatch(/stack trace|html|localhost/);
      expect(downstream.received.filter(({ url }) => url.endsWith('canary'))).toEqual([]);
    },
  );

  test('a GET whose connection breaks is retried once', async () => {
    downstream.respondWith((request) => request.socket.destroy());
    await listDocuments(stack, token);
    expect(downstream.received).toHaveLength(2);
  });

  test('a PUT whose connection breaks is not retried', async () => {
    downstream.respondWith((request) => request.socket.destroy());
    await putDocument();
    expect(downstream.received).toHaveLength(1);
  });
});
