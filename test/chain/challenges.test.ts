import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { createManagedIdentity } from '../../downstream-api/managed-identity.ts';
import { encodeClaims } from '../../shared/http/challenge.ts';
import { createDownstream } from '../../shared/http/downstream.ts';
import { createApi } from '../../shared/http/create-api.ts';
import { createFederatedCredential } from '../../shared/obo/credential.ts';
import { createExchange } from '../../shared/obo/exchange.ts';
import { createOnBehalfOf } from '../../shared/obo/on-behalf-of.ts';
import { demandAuthContext } from '../../shared/token/authorize.ts';
import { createKeys } from '../../shared/token/keys.ts';
import { createValidator } from '../../shared/token/validate.ts';
import { call } from '../support/call.ts';
import { startDownstream, type TestDownstream } from '../support/downstream.ts';
import { serveApi } from '../support/serve-api.ts';
import { type Stack, startStack } from '../support/stack.ts';
import { until } from '../support/until.ts';

const tenant = JSON.parse(
  readFileSync(new URL('../../local/tenant.json', import.meta.url), 'utf8'),
);
const tokenRequests = async (stack: Stack) =>
  (await stack.records()).filter(({ hop, operation }) => hop === 'entra' && operation === 'token');
const callsTo = async (stack: Stack, api: string) =>
  (await stack.records()).filter(({ hop }) => hop === api);
const c1 = { access_token: { acrs: { essential: true, value: 'c1' } } };

const claimsIn = (header: string | null) => {
  const [, claims = ''] = / claims="([A-Za-z0-9+/]+=*)"/.exec(header ?? '') ?? [];
  return claims && JSON.parse(Buffer.from(claims, 'base64').toString());
};

describe('Downstream’s own challenge: deleting needs the authentication context', () => {
  let stack: Stack;
  beforeAll(async () => {
    stack = await startStack();
  }, 120_000);
  afterAll(() => stack?.stop());

  async function remove(token: string, id: string) {
    const headers = (etag: string | null) => ({
      token,
      method: 'DELETE',
      headers: { 'if-match': etag ?? '' },
    });
    await call(`${stack.urls.originalApi}/documents/${id}`, {
      token,
      method: 'PUT',
      json: { title: id, text: '' },
      headers: { 'if-none-match': '*' },
    });
    const { headers: read } = await call(`${stack.urls.originalApi}/documents/${id}`, { token });
    await stack.clearRecords();
    return call(`${stack.urls.originalApi}/documents/${id}`, headers(read.get('etag')));
  }

  test('where Entra grants it, one new exchange and one more call, and the next deletion needs neither', async () => {
    const token = await stack.token('alice');
    expect((await remove(token, 'granted')).status).toBe(204);
    expect([
      (await tokenRequests(stack)).length,
      (await callsTo(stack, 'downstream-api')).map(({ status }) => status),
    ]).toEqual([1, [401, 204]]);
    expect((await remove(token, 'granted-too')).status).toBe(204);
    expect([
      (await tokenRequests(stack)).length,
      (await callsTo(stack, 'downstream-api')).map(({ status }) => status),
    ]).toEqual([0, [204]]);
  });

  test('where Entra refuses it, Entra’s own claims go up, after one exchange and one call; with them the deletion succeeds', async () => {
    await stack.policy('auth-context', 'on');
    const answer = await remove(await stack.token('bob'), 'refused');
    expect(answer).toMatchObject({ status: 401, json: { code: 'step_up_required', claims: c1 } });
    expect(answer.headers.get('www-authenticate')).toMatch(
      /^Bearer realm="[^"]+", authorization_uri="[^"]+", error="insufficient_claims", claims="[^"]+"$/,
    );
    expect(claimsIn(answer.headers.get('www-authenticate'))).toEqual(c1);
    expect(answer.text).not.toMatch(/AADSTS|Trace|contoso/);
    expect((await tokenRequests(stack)).map(({ status }) => status)).toEqual([400]);
    expect((await callsTo(stack, 'downstream-api')).map(({ status }) => status)).toEqual([401]);

    expect((await remove(await stack.token('bob', { acrs: 'c1' }), 'stepped-up')).status).toBe(204);
    await stack.resetPolicies();
  });

  test('a client that cannot handle challenges gets 403 where the challenge is ours, and Entra’s claims where they are Entra’s', async () => {
    await stack.policy('mfa', 'on');
    const answer = await call(`${stack.urls.originalApi}/documents`, {
      token: await stack.token('carol', { cp1: false }),
    });
    expect(answer).toMatchObject({
      status: 401,
      json: {
        code: 'step_up_required',
        claims: { access_token: { capolids: { essential: true } } },
      },
    });
    await stack.resetPolicies();
    const b = await stack.token('alice', {
      client: 'original-api',
      scope: 'downstream-api/Documents.ReadWrite',
      cp1: false,
    });
    const url = `${stack.urls.downstreamApi}/documents/garden-plan`;
    const { headers } = await call(url, {
      token: await stack.token('alice', {
        client: 'original-api',
        scope: 'downstream-api/Documents.Read',
      }),
    });
    expect(
      await call(url, {
        token: b,
        method: 'DELETE',
        headers: { 'if-match': headers.get('etag') ?? '' },
      }),
    ).toMatchObject({
      status: 403,
      json: { code: 'forbidden' },
    });
  });

  const refusals: [string, string, number, string][] = [
    ['mfa', 'on', 401, 'step_up_required'],
    ['block-location', 'on', 403, 'blocked'],
    ['consent', 'withdrawn', 403, 'consent_required'],
    ['admin-consent', 'required', 403, 'admin_consent_required'],
    ['disable-user', 'on', 403, 'account_disabled'],
    ['unassign-user', 'on', 403, 'not_assigned'],
    ['revoke-sessions', 'now', 401, 'sign_in_again'],
    ['fault', 'token=429:1', 503, 'unavailable'],
    ['fault', 'token=503:1', 503, 'unavailable'],
    ['fault', 'token=garbage', 502, 'bad_gateway'],
    ['fault', 'token=cut', 503, 'unavailable'],
  ];
  test.each(refusals)(
    'policy %s=%s is %i %s, for a new token only, and over when the switch is back',
    async (name, value, status, code) => {
      const [before, token] = [await stack.token('alice'), await stack.token('alice')];
      expect((await call(`${stack.urls.originalApi}/documents`, { token: before })).status).toBe(
        200,
      );
      await stack.policy(name, value);
      await stack.clearRecords();
      const answer = await call(`${stack.urls.originalApi}/documents`, { token });
      expect(answer).toMatchObject({ status, json: { code } });
      expect(answer.text).not.toMatch(/AADSTS|Trace ID|alice|contoso/);
      if (status === 503) expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
      if (code === 'consent_required') {
        expect(answer.headers.get('www-authenticate')).toMatch(
          /^Bearer consentUri="[^"]+", scopes="api:\/\/[0-9a-f-]+\/Documents.Read", proposedAction="consent"$/,
        );
      }
      expect(await tokenRequests(stack)).toHaveLength(1);
      expect((await call(`${stack.urls.originalApi}/documents`, { token: before })).status).toBe(
        200,
      );
      await stack.resetPolicies();
      const again = await stack.token('alice');
      await until(
        'the chain to recover',
        async () =>
          (await call(`${stack.urls.originalApi}/documents`, { token: again })).status === 200,
      );
    },
  );
});

describe('a downstream that evaluates access continuously', () => {
  let stack: Stack;
  let downstream: TestDownstream;
  let token: string;
  const challenge = (claims: string, more = '') => ({
    'www-authenticate': `Bearer realm="", authorization_uri="https://login.example/authorize", error="insufficient_claims", claims="${claims}"${more}`,
  });
  const nbf = { access_token: { nbf: { essential: true, value: '1795370000' } } };

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
    downstream.answer((_, response) => response.end('{}'));
    await call(`${stack.urls.originalApi}/documents`, { token });
    downstream.received.splice(0);
    await stack.clearRecords();
  });
  const list = () => call(`${stack.urls.originalApi}/documents`, { token });
  const counts = async () => [downstream.received.length, (await tokenRequests(stack)).length];

  test('challenges once: a new exchange with its claims, another token, success', async () => {
    downstream.answer((_, response) => {
      if (downstream.received.length === 1)
        response.writeHead(401, challenge(encodeClaims(nbf))).end();
      else response.end('{"documents":[]}');
    });
    expect((await list()).status).toBe(200);
    expect(await counts()).toEqual([2, 1]);
    const [first, second] = downstream.received.map(({ headers }) => headers.authorization);
    expect(first).not.toBe(second);
  });

  test('challenges again: that goes up, and nothing loops', async () => {
    downstream.answer((_, response) => response.writeHead(401, challenge(encodeClaims(nbf))).end());
    const answer = await list();
    expect(answer).toMatchObject({ status: 401, json: { code: 'step_up_required', claims: nbf } });
    expect(claimsIn(answer.headers.get('www-authenticate'))).toEqual(nbf);
    expect(await counts()).toEqual([2, 1]);
  });

  const canary = 'canary-of-a-hostile-downstream';
  const hostile: [string, Record<string, string | string[]>][] = [
    [
      'a challenge of 1 MiB',
      challenge(
        Buffer.from(
          JSON.stringify({ access_token: { [canary]: 'x'.repeat(1024 * 1024) } }),
        ).toString('base64'),
      ),
    ],
    [
      'a challenge of 9 KiB',
      challenge(
        Buffer.from(JSON.stringify({ access_token: { [canary]: 'x'.repeat(9 * 1024) } })).toString(
          'base64',
        ),
      ),
    ],
    ['claims that are no JSON', challenge(Buffer.from(canary).toString('base64'))],
    [
      'claims without an access_token object',
      challenge(encodeClaims({ id_token: { [canary]: 1 }, access_token: [] })),
    ],
    [
      'a line break in a value',
      challenge(`${encodeClaims({ [canary]: 1 })}%0d%0aSet-Cookie: ${canary}=1`),
    ],
    [
      '50 challenges',
      {
        'www-authenticate': Array.from(
          { length: 50 },
          (_, index) => `Bearer realm="${canary}${index}", claims="${encodeClaims(nbf)}"`,
        ),
      },
    ],
    [
      'another scheme',
      {
        'www-authenticate': `Negotiate claims="${encodeClaims({ access_token: { [canary]: 1 } })}"`,
      },
    ],
  ];
  test.each(hostile)(
    '%s gets nothing through: 502, one line in the log',
    async (_name, headers) => {
      downstream.answer((_, response) =>
        response.writeHead(401, headers).end(`{"detail":"${canary}"}`),
      );
      const before = stack.output().length;
      const answer = await list();
      expect(answer).toMatchObject({ status: 502, json: { code: 'bad_gateway' } });
      expect(answer.headers.get('www-authenticate')).toBeNull();
      expect(answer.text + [...answer.headers].join()).not.toContain(canary);
      expect((await counts())[1]).toBe(0);
      expect(
        stack
          .output()
          .slice(before)
          .filter((line) => line.includes('"route"')),
      ).toHaveLength(1);
      expect(stack.output().join('\n')).not.toContain(canary);
    },
  );

  test('a challenge from another origin, by a redirect, is never seen', async () => {
    const other = await startDownstream();
    other.answer((_, response) => response.writeHead(401, challenge(encodeClaims(nbf))).end());
    downstream.answer((_, response) =>
      response.writeHead(307, { location: `${other.url}/documents` }).end(),
    );
    expect(await list()).toMatchObject({ status: 502, json: { code: 'bad_gateway' } });
    expect(other.received).toHaveLength(0);
    await other.close();
  });
});

test('a third API behind Downstream, out of shared alone: the user’s identity goes all the way, and a refusal comes all the way back', async () => {
  const third = {
    appId: '7412d000-0000-4000-8000-0000000000a6',
    displayName: 'Third API',
    scopes: ['Things.Delete'],
    preAuthorized: ['downstream-api'],
    policyTarget: true,
  };
  const apps = {
    ...tenant.apps,
    'downstream-api': { ...tenant.apps['downstream-api'], federatedIdentity: 'downstream-api' },
    'third-api': third,
  };
  const authorityHost = () => new URL(stack.urls.emulators);
  const makeApi = (name: string, audience: string, caller: string) => {
    const validate = createValidator({
      keys: createKeys({ authorityHost: authorityHost() }),
      tenantIds: [tenant.tenants.contoso.id],
      audience,
    });
    const challenge = { clientId: audience, authorizationUri: `${stack.urls.emulators}/authorize` };
    return createApi({
      name,
      validate,
      clients: { clientIds: [caller], confidential: true },
      origins: [],
      challenge,
    });
  };
  const downstreamId = apps['downstream-api'].appId;
  const middlePort = await startDownstream();
  const stack = await startStack({
    directory: { ...tenant, apps },
    set: { DOWNSTREAM_API_URL: middlePort.url },
  });
  await middlePort.close();
  const seen: string[] = [];
  const thirdApi = await serveApi([
    makeApi('third-api', third.appId, downstreamId).route('things', {
      GET: {
        scopes: ['Things.Delete'],
        handler: async ({ caller }) => {
          seen.push(caller.objectId);
          demandAuthContext(caller, 'c1');
          return { json: { oid: caller.objectId, acrs: caller.authContexts } };
        },
      },
    }),
  ]);
  const headers = JSON.parse(readFileSync(join(stack.dataDir, 'identity-headers.json'), 'utf8'));
  const identity = createManagedIdentity({
    IDENTITY_ENDPOINT: `${stack.urls.emulators}/msi/token`,
    IDENTITY_HEADER: headers['downstream-api'],
    AZURE_CLIENT_ID: tenant.identities['downstream-api'].clientId,
  });
  const exchange = createExchange({
    authorityHost: authorityHost(),
    clientId: downstreamId,
    keys: createKeys({ authorityHost: authorityHost() }),
    credential: createFederatedCredential(identity),
  });
  const callThird = createDownstream({
    url: thirdApi.url,
    clientId: third.appId,
    onBehalfOf: createOnBehalfOf({ exchange }),
  });
  const relay = async (incoming: Parameters<typeof callThird>[0]) => ({
    json: (await callThird(incoming, { method: 'GET', path: 'things', scope: 'Things.Delete' }))
      .json,
  });
  const middle = await serveApi(
    [
      makeApi('middle-api', downstreamId, apps['original-api'].appId).route(
        'downstream/documents',
        { GET: { scopes: ['Documents.Read'], handler: relay } },
      ),
    ],
    [],
    Number(new URL(middlePort.url).port),
  );
  try {
    const alice = tenant.users[0].oid;
    expect(
      await call(`${stack.urls.originalApi}/documents`, { token: await stack.token('alice') }),
    ).toMatchObject({
      status: 200,
      json: { oid: alice, acrs: ['c1'] },
    });
    await stack.policy('auth-context', 'on');
    const refused = await call(`${stack.urls.originalApi}/documents`, {
      token: await stack.token('alice'),
    });
    expect(refused).toMatchObject({ status: 401, json: { code: 'step_up_required', claims: c1 } });
    expect(claimsIn(refused.headers.get('www-authenticate'))).toEqual(c1);
    const steppedUp = await stack.token('alice', { acrs: 'c1' });
    expect(await call(`${stack.urls.originalApi}/documents`, { token: steppedUp })).toMatchObject({
      status: 200,
      json: { oid: alice, acrs: ['c1'] },
    });
    expect(new Set(seen)).toEqual(new Set([alice]));
  } finally {
    await Promise.all([stack.stop(), thirdApi.close(), middle.close()]);
  }
}, 120_000);
