import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { call } from '../support/call.ts';
import { startDownstream, type TestDownstream } from '../support/downstream.ts';
import { type Stack, startStack } from '../support/stack.ts';

/** Token requests at Entra since the records were cleared. */
const exchanges = async (stack: Stack) =>
  (await stack.records()).filter(({ hop, operation }) => hop === 'entra' && operation === 'token');
const readSecrets = async (stack: Stack) =>
  (await stack.records()).filter(({ hop, status }) => hop === 'vault' && status === 200);
const list = (stack: Stack, token: string, headers: Record<string, string> = {}) =>
  call(`${stack.urls.originalApi}/documents`, { token, headers });

describe('with the certificate that the vault holds', () => {
  let stack: Stack;
  beforeAll(async () => {
    stack = await startStack();
  }, 120_000);
  afterAll(() => stack?.stop());
  beforeEach(() => stack.clearRecords());

  test('the credential comes from the vault through Original’s managed identity, once for 20 cold requests', async () => {
    const tokens = await Promise.all(['alice', 'bob'].map((user) => stack.token(user)));
    const answers = await Promise.all(
      tokens.flatMap((token) => Array.from({ length: 10 }, () => list(stack, token))),
    );
    expect(answers.every(({ status }) => status === 200)).toBe(true);
    const records = await stack.records();
    const vault = await readSecrets(stack);
    expect(vault).toHaveLength(1);
    expect(vault[0]?.facts).toMatchObject({
      identity: 'original-api',
      secret: 'zero-trust-original-api',
    });
    expect(
      records.filter(
        ({ hop, facts }) =>
          hop === 'managed-identity' && facts.resource === 'https://vault.azure.net',
      ),
    ).toHaveLength(1);
    expect(await exchanges(stack)).toHaveLength(2);
  });

  test('two calls in a row, and 50 at once, of one user make exactly one token request', async () => {
    for (const burst of [1, 50]) {
      await stack.clearRecords();
      const token = await stack.token('carol');
      await list(stack, token);
      const answers = await Promise.all(Array.from({ length: burst }, () => list(stack, token)));
      expect(answers.every(({ status }) => status === 200)).toBe(true);
      expect(await exchanges(stack)).toHaveLength(1);
    }
  });

  test('50 at once of one user who has not called before make exactly one token request', async () => {
    const token = await stack.token('greta');
    const answers = await Promise.all(Array.from({ length: 50 }, () => list(stack, token)));
    expect(answers.every(({ status }) => status === 200)).toBe(true);
    expect(await exchanges(stack)).toHaveLength(1);
  });

  test('two sessions of one user have a token each and do not push each other out', async () => {
    const sessions = [await stack.token('dana'), await stack.token('dana')];
    for (let turn = 0; turn < 20; turn += 1)
      expect((await list(stack, sessions[turn % 2] as string)).status).toBe(200);
    expect(await exchanges(stack)).toHaveLength(2);
  });

  test('rotated in the vault while the old one stops working at Entra: the next request succeeds, with one more read and one more try', async () => {
    await list(stack, await stack.token('alice'));
    await stack.policy('vault-credential', 'rotate');
    await stack.clearRecords();
    expect((await list(stack, await stack.token('bob'))).status).toBe(200);
    expect((await exchanges(stack)).map(({ status }) => status)).toEqual([401, 200]);
    expect(await readSecrets(stack)).toHaveLength(1);
  });

  test('a credential that is gone for good is read again once a minute, whatever the number of requests', async () => {
    await stack.policy('vault-credential', 'expire');
    await stack.clearRecords();
    const tokens = await Promise.all(Array.from({ length: 20 }, () => stack.token('gina')));
    const answers = await Promise.all(tokens.map((token) => list(stack, token)));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([503]));
    expect(answers[0]?.headers.get('retry-after')).toMatch(/^\d+$/);
    expect((await readSecrets(stack)).length).toBeLessThanOrEqual(1);
    await stack.resetPolicies();
  });
});

test.each([
  [
    'a secret from the vault',
    {
      CLIENT_CREDENTIAL: 'key-vault-secret',
      CLIENT_CREDENTIAL_NAME: 'zero-trust-original-api-secret',
    },
    '1',
    1,
  ],
  [
    'no secret at all: the managed identity’s own token',
    { CLIENT_CREDENTIAL: 'managed-identity' },
    '2',
    0,
  ],
] as const)(
  'the same chain runs with %s, and goes on when Entra replaces all its signing keys at once',
  async (_name, set, azpacr, reads) => {
    const stack = await startStack({ set });
    try {
      const journey = async (user: string) =>
        call(`${stack.urls.originalApi}/journey`, { token: await stack.token(user) });
      const { status, json } = await journey('alice');
      expect([status, json.downstream?.claims.azpacr]).toEqual([200, azpacr]);
      await stack.policy('signing-key', 'emergency');
      expect((await journey('bob')).status).toBe(200);
      expect(await readSecrets(stack)).toHaveLength(reads);
    } finally {
      await stack.stop();
    }
  },
  120_000,
);

describe('on the wire to Downstream', () => {
  let stack: Stack;
  let downstream: TestDownstream;
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
  afterEach(() => void downstream.received.splice(0));

  test('token A never travels, nor do the caller’s other headers', async () => {
    await list(stack, token, {
      'accept-language': 'pt',
      cookie: 'session=1',
      'x-functions-key': 'secret',
      'x-ms-client-principal': 'x',
      origin: stack.urls.clientApp,
      'x-forwarded-for': '1.2.3.4',
    });
    await call(`${stack.urls.originalApi}/documents/one`, {
      token,
      method: 'PUT',
      json: { title: 'x', text: 'y' },
      headers: {
        'if-match': '"1"',
        traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
      },
    });
    expect(downstream.received).toHaveLength(2);
    expect(JSON.stringify(downstream.received)).not.toContain(token.split('.')[1]);
    const [first, second] = downstream.received.map(({ headers }) => headers);
    expect(Object.keys(first ?? {}).sort()).toEqual([
      'accept-encoding',
      'accept-language',
      'authorization',
      'connection',
      'host',
      'traceparent',
    ]);
    const claims = JSON.parse(
      Buffer.from(first?.authorization?.split('.')[1] ?? '', 'base64url').toString(),
    );
    expect(claims.aud).toBe('d0375100-0000-4000-8000-0000000000a3');
    expect(second).toMatchObject({
      'if-match': '"1"',
      'content-type': 'application/json',
      traceparent: expect.stringMatching(
        /^00-0af7651916cd43dd8448eb211c80319c-(?!b7ad6b7169203331)[0-9a-f]{16}-01$/,
      ),
    });
  });

  const bad: [string, number, string, Parameters<TestDownstream['answer']>[0]][] = [
    [
      'a redirect',
      502,
      'bad_gateway',
      (_, response) => response.writeHead(307, { location: `${downstream.url}/canary` }).end(),
    ],
    ['HTML', 502, 'bad_gateway', (_, response) => response.end('<html>')],
    [
      'a body over 1 MiB',
      502,
      'bad_gateway',
      (_, response) => response.end(JSON.stringify({ x: 'y'.repeat(1024 * 1024) })),
    ],
    [
      'a compressed body',
      502,
      'bad_gateway',
      (_, response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end('x'),
    ],
    [
      '500',
      502,
      'bad_gateway',
      (_, response) =>
        response.writeHead(500).end('{"code":"unexpected","detail":"a stack trace"}'),
    ],
    [
      '401 without claims',
      502,
      'bad_gateway',
      (_, response) =>
        response.writeHead(401, { 'www-authenticate': 'Bearer error="invalid_token"' }).end(),
    ],
    [
      '403 of a kind that is about Original',
      502,
      'bad_gateway',
      (_, response) => response.writeHead(403).end('{"code":"caller_not_allowed"}'),
    ],
    ['a connection that breaks', 502, 'bad_gateway', (request) => request.socket.destroy()],
    [
      '503',
      503,
      'unavailable',
      (_, response) =>
        response.writeHead(503, { 'retry-after': '7' }).end('{"code":"unavailable"}'),
    ],
  ];
  test.each(bad)(
    '%s becomes %i %s and says nothing of Downstream',
    async (_name, status, code, respond) => {
      downstream.answer(respond);
      const answer = await list(stack, token);
      expect(answer).toMatchObject({ status, json: { code } });
      expect(answer.text).not.toMatch(/stack trace|html|localhost/);
      expect(downstream.received.every(({ url }) => !url.endsWith('canary'))).toBe(true);
    },
  );

  test('a GET whose connection breaks is tried once more, a write never', async () => {
    downstream.answer((request) => request.socket.destroy());
    await list(stack, token);
    expect(downstream.received).toHaveLength(2);
    await call(`${stack.urls.originalApi}/documents/one`, {
      token,
      method: 'PUT',
      json: { title: 'x', text: 'y' },
      headers: { 'if-match': '"1"' },
    });
    expect(downstream.received).toHaveLength(3);
  });
});
