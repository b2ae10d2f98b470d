import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { encodeClaims } from '../../shared/http/challenge.ts';
import { type CallResponse, call } from '../support/call.ts';
import { type FakeDownstream, startDownstream } from '../support/downstream.ts';
import { type Stack, startStack } from '../support/stack.ts';
import { createOnly } from './apis.ts';
import { c1Claims, decodeClaims } from './claims-challenge.ts';
import { listTokenRequests } from './records.ts';

describe('Downstream API requires an authentication context for a deletion', () => {
  let stack: Stack;
  beforeAll(async () => {
    stack = await startStack();
  }, 120_000);
  afterAll(() => stack?.stop());
  afterEach(() => stack.resetPolicies());

  /** Creates a document, clears the records, and deletes the document. */
  async function createAndDelete(token: string, id: string): Promise<CallResponse> {
    const url = `${stack.urls.originalApi}/documents/${id}`;
    const json = { title: id, text: '' };
    await call(url, { token, method: 'PUT', json, headers: createOnly });
    const { headers } = await call(url, { token });
    await stack.clearRecords();
    const ifMatch = { 'if-match': headers.get('etag') ?? '' };
    return call(url, { token, method: 'DELETE', headers: ifMatch });
  }

  async function listDownstreamStatuses(): Promise<readonly number[]> {
    const records = await stack.records();
    return records.filter(({ hop }) => hop === 'downstream-api').map(({ status }) => status);
  }

  test('when Entra grants it, the deletion succeeds after one exchange and one retry', async () => {
    const token = await stack.token('alice');
    expect((await createAndDelete(token, 'granted')).status).toBe(204);
    expect(await listTokenRequests(stack)).toHaveLength(1);
    expect(await listDownstreamStatuses()).toEqual([401, 204]);
  });

  test('a second deletion with the same token needs no exchange and no retry', async () => {
    const token = await stack.token('alice');
    await createAndDelete(token, 'first');
    expect((await createAndDelete(token, 'second')).status).toBe(204);
    expect(await listTokenRequests(stack)).toHaveLength(0);
    expect(await listDownstreamStatuses()).toEqual([204]);
  });

  describe('when Entra refuses it', () => {
    beforeEach(() => stack.policy('auth-context', 'on'));

    test('the caller receives the claims of Entra after one exchange and one call', async () => {
      const response = await createAndDelete(await stack.token('bob'), 'refused');
      expect(response).toMatchObject({
        status: 401,
        json: { code: 'step_up_required', claims: c1Claims },
      });
      expect((await listTokenRequests(stack)).map(({ status }) => status)).toEqual([400]);
      expect(await listDownstreamStatuses()).toEqual([401]);
    });

    test('the header contains the claims and no other text of Entra', async () => {
      const response = await createAndDelete(await stack.token('bob'), 'refused-header');
      const header = response.headers.get('www-authenticate');
      const parameters = [
        'realm="[^"]+"',
        'authorization_uri="[^"]+"',
        'error="insufficient_claims"',
        'claims="[^"]+"',
        'resource_metadata="[^"]+/.well-known/oauth-protected-resource"',
      ];
      expect(header).toMatch(new RegExp(`^Bearer ${parameters.join(', ')}$`));
      expect(decodeClaims(header)).toEqual(c1Claims);
      expect(response.text).not.toMatch(/AADSTS|Trace|contoso/);
    });

    test('a token that satisfies the context deletes the document', async () => {
      const token = await stack.token('bob', { acrs: 'c1' });
      expect((await createAndDelete(token, 'stepped-up')).status).toBe(204);
    });
  });

  describe('a client without the capability cp1', () => {
    test('receives a challenge of Entra', async () => {
      await stack.policy('mfa', 'on');
      const token = await stack.token('carol', { cp1: false });
      expect(await call(`${stack.urls.originalApi}/documents`, { token })).toMatchObject({
        status: 401,
        json: {
          code: 'step_up_required',
          claims: { access_token: { capolids: { essential: true } } },
        },
      });
    });

    test('receives 403 instead of a challenge of Downstream API', async () => {
      const url = `${stack.urls.downstreamApi}/documents/garden-plan`;
      const reader = await stack.token('alice', {
        client: 'original-api',
        scope: 'downstream-api/Documents.Read',
      });
      const { headers } = await call(url, { token: reader });
      const writer = await stack.token('alice', {
        client: 'original-api',
        scope: 'downstream-api/Documents.ReadWrite',
        cp1: false,
      });
      const ifMatch = { 'if-match': headers.get('etag') ?? '' };
      const response = await call(url, { token: writer, method: 'DELETE', headers: ifMatch });
      expect(response).toMatchObject({ status: 403, json: { code: 'forbidden' } });
    });
  });
});

describe('a downstream API that evaluates access continuously', () => {
  const nbfClaims = { access_token: { nbf: { essential: true, value: '1795370000' } } };
  const encodedNbf = encodeClaims(nbfClaims);
  function challenge(claims: string) {
    const parameters = [
      'realm=""',
      'authorization_uri="https://login.example/authorize"',
      'error="insufficient_claims"',
      `claims="${claims}"`,
    ];
    return { 'www-authenticate': `Bearer ${parameters.join(', ')}` };
  }

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
  beforeEach(async () => {
    downstream.respondWith((_, response) => response.end('{}'));
    // Original API caches token B here, so that each test counts only its own exchanges.
    await listDocuments();
    downstream.received.splice(0);
    await stack.clearRecords();
  });

  const listDocuments = () => call(`${stack.urls.originalApi}/documents`, { token });

  describe('challenges once', () => {
    beforeEach(() => {
      downstream.respondWith((_, response) => {
        const isFirst = downstream.received.length === 1;
        if (isFirst) response.writeHead(401, challenge(encodedNbf)).end();
        else response.end('{"documents":[]}');
      });
    });

    test('the call succeeds after one exchange', async () => {
      expect((await listDocuments()).status).toBe(200);
      expect(downstream.received).toHaveLength(2);
      expect(await listTokenRequests(stack)).toHaveLength(1);
    });

    test('the second request contains another token', async () => {
      await listDocuments();
      const [first, second] = downstream.received.map(({ headers }) => headers.authorization);
      expect(first).not.toBe(second);
    });
  });

  test('a second challenge is returned to the caller, and Original API does not loop', async () => {
    downstream.respondWith((_, response) => response.writeHead(401, challenge(encodedNbf)).end());
    const response = await listDocuments();
    expect(response).toMatchObject({
      status: 401,
      json: { code: 'step_up_required', claims: nbfClaims },
    });
    expect(decodeClaims(response.headers.get('www-authenticate'))).toEqual(nbfClaims);
    expect(downstream.received).toHaveLength(2);
    expect(await listTokenRequests(stack)).toHaveLength(1);
  });

  const canary = 'canary-of-a-hostile-downstream';
  const toBase64 = (text: string) => Buffer.from(text).toString('base64');
  const canaryClaims = (length: number) =>
    toBase64(JSON.stringify({ access_token: { [canary]: 'x'.repeat(length) } }));
  test.each([
    { name: 'a challenge of 1 MiB', headers: challenge(canaryClaims(1024 * 1024)) },
    { name: 'a challenge of 9 KiB', headers: challenge(canaryClaims(9 * 1024)) },
    { name: 'claims that are not JSON', headers: challenge(toBase64(canary)) },
    {
      name: 'claims without an access_token object',
      headers: challenge(encodeClaims({ id_token: { [canary]: 1 }, access_token: [] })),
    },
    {
      name: 'an encoded line break in the claims',
      headers: challenge(`${encodeClaims({ [canary]: 1 })}%0d%0aSet-Cookie: ${canary}=1`),
    },
    {
      name: '50 challenges',
      headers: {
        'www-authenticate': Array.from(
          { length: 50 },
          (_, index) => `Bearer realm="${canary}${index}", claims="${encodedNbf}"`,
        ),
      },
    },
    {
      name: 'a challenge for another scheme',
      headers: {
        'www-authenticate': `Negotiate claims="${encodeClaims({ access_token: { [canary]: 1 } })}"`,
      },
    },
  ])('$name becomes 502, one log line and no exchange', async ({ headers }) => {
    downstream.respondWith((_, response) =>
      response.writeHead(401, headers).end(`{"detail":"${canary}"}`),
    );
    const linesBefore = stack.output().length;
    const response = await listDocuments();
    expect(response).toMatchObject({ status: 502, json: { code: 'bad_gateway' } });
    expect(response.headers.get('www-authenticate')).toBeNull();
    expect(response.text).not.toContain(canary);
    expect([...response.headers].join()).not.toContain(canary);
    expect(await listTokenRequests(stack)).toHaveLength(0);

    const newLines = stack.output().slice(linesBefore);
    expect(newLines.filter((line) => line.includes('"route"'))).toHaveLength(1);
    expect(stack.output().join('\n')).not.toContain(canary);
  });

  test('Original API does not follow a redirect to a challenge of another origin', async () => {
    const other = await startDownstream();
    try {
      other.respondWith((_, response) => response.writeHead(401, challenge(encodedNbf)).end());
      downstream.respondWith((_, response) =>
        response.writeHead(307, { location: `${other.url}/documents` }).end(),
      );
      expect(await listDocuments()).toMatchObject({ status: 502, json: { code: 'bad_gateway' } });
      expect(other.received).toHaveLength(0);
    } finally {
      await other.close();
    }
  });
});
