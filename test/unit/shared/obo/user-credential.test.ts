/** Clients of the Azure SDK that act as the user: `TableClient` over real HTTP. */
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { TableClient } from '@azure/data-tables';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { ApiError } from '../../../../shared/api-error.ts';
import { azureClientArguments } from '../../../../shared/http/azure-client.ts';
import { encodeClaims } from '../../../../shared/http/challenge.ts';
import { until } from '../../../support/until.ts';
import {
  challengeClaims,
  createCall,
  type Respond,
  respondWithError,
  respondWithToken,
  startTokenEndpoint,
  type TokenEndpoint,
} from './token-endpoint.ts';

const storageScope = 'https://storage.azure.com/.default';
const claims = { access_token: { acrs: { essential: true, value: 'c1' } } };

let endpoint: TokenEndpoint;

beforeAll(async () => {
  endpoint = await startTokenEndpoint();
});
afterAll(() => endpoint.close());

const cleanups: (() => void)[] = [];
afterEach(() => {
  for (const cleanUp of cleanups.splice(0)) cleanUp();
});

const sendEntity = (response: ServerResponse) =>
  response
    .writeHead(200, { 'content-type': 'application/json' })
    .end('{"PartitionKey":"contoso","RowKey":"1","title":"Plan"}');

const sendChallenge = (response: ServerResponse) =>
  response
    .writeHead(401, {
      'www-authenticate':
        'Bearer authorization_uri="https://login.example/t/oauth2/authorize", ' +
        `error="insufficient_claims", claims="${encodeClaims(claims)}"`,
    })
    .end();

/** Starts a table service. Tokens are B1, B2 and so on. */
async function setUp(respond: (token: string, response: ServerResponse) => void) {
  const tokens: string[] = [];
  const server = createServer(({ headers }, response) => {
    const token = headers.authorization?.replace('Bearer ', '') ?? '';
    tokens.push(token);
    respond(token, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  cleanups.push(() => {
    server.closeAllConnections();
    server.close();
  });

  const { onBehalfOf, respond: respondToExchanges, requests } = endpoint.setUp();
  respondToExchanges(respondWithToken('B1'), respondWithToken('B2'), respondWithToken('B3'));
  const origin = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  const { url, options } = azureClientArguments(origin);
  const caller = await endpoint.createCaller();
  const logContext: Record<string, unknown> = {};

  return {
    onBehalfOf,
    caller,
    logContext,
    respondToExchanges,
    /** The tokens that the table service received, oldest first. */
    tokens,
    /** The forms that the token endpoint received, oldest first. */
    exchanges: () => requests.map(({ form }) => form),
    /** Reads an entity with a new client, as a handler does in each call. */
    getEntity() {
      const credential = onBehalfOf.credentialFor(createCall(caller, { logContext }));
      return new TableClient(url, 'orders', credential, options).getEntity('contoso', '1');
    },
  };
}

const claimsOf = (form: URLSearchParams | undefined) =>
  JSON.parse(form?.get('claims') ?? '{}').access_token;

describe('a client of the Azure SDK', () => {
  test('acts as the user', async () => {
    const { getEntity, tokens, exchanges } = await setUp((_, response) => sendEntity(response));
    expect(await getEntity()).toMatchObject({ title: 'Plan' });
    expect(tokens).toEqual(['B1']);
    expect(exchanges()[0]?.get('scope')).toContain(storageScope);
    expect(exchanges()[0]?.get('requested_token_use')).toBe('on_behalf_of');
  });

  test.each([[[]], [['']], ['']])('cannot request a token for no scope: %j', async (scopes) => {
    const { onBehalfOf, caller, exchanges } = await setUp((_, response) => sendEntity(response));
    const credential = onBehalfOf.credentialFor(createCall(caller));
    await expect(credential.getToken(scopes)).rejects.toThrow(TypeError);
    expect(exchanges()).toHaveLength(0);
  });

  test('shares the cached token with the client of the next call', async () => {
    const { getEntity, tokens, exchanges, logContext } = await setUp((_, response) =>
      sendEntity(response),
    );
    await getEntity();
    expect(logContext).toEqual({ exchange: 'made' });
    await getEntity();
    expect(logContext).toEqual({ exchange: 'cached' });
    expect(tokens).toEqual(['B1', 'B1']);
    expect(exchanges()).toHaveLength(1);
  });

  test('answers a claims challenge with one exchange and one more request', async () => {
    const { getEntity, tokens, exchanges, logContext } = await setUp((token, response) =>
      token === 'B1' ? sendChallenge(response) : sendEntity(response),
    );
    expect(await getEntity()).toMatchObject({ title: 'Plan' });
    expect(tokens).toEqual(['B1', 'B2']);
    expect(exchanges().map(claimsOf)).toEqual([
      { xms_cc: { values: ['cp1'] } },
      { xms_cc: { values: ['cp1'] }, acrs: { essential: true, value: 'c1' } },
    ]);
    expect(logContext).toEqual({ exchange: 'repeated for a claims challenge' });
  });

  test('leaves the token that answered a challenge in the cache', async () => {
    const { getEntity, tokens, exchanges } = await setUp((token, response) =>
      token === 'B1' ? sendChallenge(response) : sendEntity(response),
    );
    await getEntity();
    await getEntity();
    expect(tokens).toEqual(['B1', 'B2', 'B2']);
    expect(exchanges()).toHaveLength(2);
  });

  const refused: readonly { name: string; refusal: Respond; code: string; options: object }[] = [
    {
      name: 'a challenge',
      refusal: respondWithError('interaction_required', { claims: challengeClaims }),
      code: 'step_up_required',
      options: { claims: JSON.parse(challengeClaims) },
    },
    {
      name: 'a missing consent',
      refusal: respondWithError('invalid_grant', { suberror: 'consent_required' }),
      code: 'consent_required',
      options: { scopes: [storageScope] },
    },
  ];

  test.each(refused)('throws $name of Entra as an ApiError', async (row) => {
    const { getEntity, respondToExchanges, tokens } = await setUp((_, response) =>
      sendEntity(response),
    );
    respondToExchanges(row.refusal);
    const error = await getEntity().catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(ApiError);
    expect(error).toMatchObject({ code: row.code, options: row.options });
    expect(tokens).toEqual([]);
  });

  test.each(refused)('throws $name of Entra after a challenge of the service', async (row) => {
    const { getEntity, respondToExchanges, tokens } = await setUp((_, response) =>
      sendChallenge(response),
    );
    respondToExchanges(respondWithToken('B1'), row.refusal);
    const error = await getEntity().catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(ApiError);
    expect(error).toMatchObject({ code: row.code, options: row.options });
    expect(tokens).toEqual(['B1']);
  });

  test('does not loop if the service repeats its challenge', async () => {
    const { getEntity, tokens, exchanges } = await setUp((_, response) => sendChallenge(response));
    await expect(getEntity()).rejects.toMatchObject({ statusCode: 401 });
    expect(tokens).toEqual(['B1', 'B2']);
    expect(exchanges()).toHaveLength(2);
  });
});

describe('getToken', () => {
  const forms = [
    { name: 'JSON', text: JSON.stringify(claims) },
    { name: 'base64', text: encodeClaims(claims) },
  ];

  test.each(forms)('reads the claims of a challenge from $name', async ({ text }) => {
    const { onBehalfOf, caller, exchanges } = await setUp(() => {});
    const credential = onBehalfOf.credentialFor(createCall(caller));
    await credential.getToken(storageScope, { claims: text });
    expect(claimsOf(exchanges()[0])).toMatchObject(claims.access_token);
  });

  test.each(['not JSON', '{', '[]', '{"id_token":{}}', 'e30='])(
    'rejects the claims %p and does not return the rejected token again',
    async (text) => {
      const { onBehalfOf, caller, exchanges } = await setUp(() => {});
      const credential = onBehalfOf.credentialFor(createCall(caller));
      await credential.getToken(storageScope);
      await expect(credential.getToken(storageScope, { claims: text })).rejects.toMatchObject({
        code: 'bad_gateway',
      });
      expect(exchanges()).toHaveLength(1);
    },
  );

  test('returns the token and its expiry', async () => {
    const { onBehalfOf, caller } = await setUp(() => {});
    const credential = onBehalfOf.credentialFor(createCall(caller));
    const token = await credential.getToken([storageScope]);
    expect(token?.token).toBe('B1');
    expect(token?.expiresOnTimestamp).toBeGreaterThan(Date.now());
  });

  test('exchanges in the tenant of the user, whatever tenant the client names', async () => {
    const { onBehalfOf, caller, exchanges } = await setUp(() => {});
    const credential = onBehalfOf.credentialFor(createCall(caller));
    await credential.getToken(storageScope);
    await credential.getToken(storageScope, { tenantId: 'another' });
    expect(exchanges()).toHaveLength(1);
  });

  const aborted = [
    {
      name: 'the call',
      abort: () => ({ callSignal: AbortSignal.abort(), options: {} }),
    },
    {
      name: 'the request of the client',
      abort: () => ({
        callSignal: new AbortController().signal,
        options: { abortSignal: AbortSignal.abort() },
      }),
    },
  ];

  test.each(aborted)('fails with a timeout if $name is aborted', async ({ abort }) => {
    const { onBehalfOf, caller, exchanges } = await setUp(() => {});
    const { callSignal, options } = abort();
    const credential = onBehalfOf.credentialFor(createCall(caller, { signal: callSignal }));
    await expect(credential.getToken(storageScope, options)).rejects.toMatchObject({
      code: 'timeout',
    });
    // The exchange itself goes on. It must not reach the next test.
    await until('the exchange', () => exchanges().length === 1);
  });

  test('is not possible for a caller that validation did not create', async () => {
    const { onBehalfOf, caller, exchanges } = await setUp(() => {});
    const credential = onBehalfOf.credentialFor(createCall({ ...caller }));
    await expect(credential.getToken(storageScope)).rejects.toThrow(TypeError);
    expect(exchanges()).toHaveLength(0);
  });
});
