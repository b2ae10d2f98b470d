import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { reveal } from '../../../../shared/redacted.ts';
import { alice, audience, otherTenantId, tenantId } from '../../../support/issuer.ts';
import {
  challengeClaims,
  correlationId,
  downstreamScope,
  respondWithError,
  respondWithJson,
  respondWithToken,
  startTokenEndpoint,
  type TokenEndpoint,
} from './token-endpoint.ts';

let endpoint: TokenEndpoint;

beforeAll(async () => {
  endpoint = await startTokenEndpoint();
});
afterAll(() => endpoint.close());

const claimsOf = (form: URLSearchParams | undefined) =>
  JSON.parse(form?.get('claims') ?? '').access_token;

describe('the request to the token endpoint', () => {
  test('follows the On-Behalf-Of flow', async () => {
    const { exchange, respond, requests, createTokenB } = endpoint.setUp();
    respond(respondWithToken(await createTokenB()));
    await exchange(await endpoint.createCaller());
    expect(Object.fromEntries(requests[0]?.form ?? [])).toMatchObject({
      grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
      client_id: audience,
      client_secret: 'canary-secret-1',
      requested_token_use: 'on_behalf_of',
      scope: expect.stringContaining(downstreamScope),
      'client-request-id': correlationId,
    });
  });

  test('goes to the tenant of the caller', async () => {
    const { exchange, respond, requests, createTokenB } = endpoint.setUp();
    respond(respondWithToken(await createTokenB()));
    await exchange(await endpoint.createCaller());
    expect(requests[0]?.path).toMatch(new RegExp(`^/${tenantId}/`));
  });

  test('declares the capability to handle claims challenges', async () => {
    const { exchange, respond, requests, createTokenB } = endpoint.setUp();
    respond(respondWithToken(await createTokenB()));
    await exchange(await endpoint.createCaller());
    expect(claimsOf(requests[0]?.form)).toEqual({ xms_cc: { values: ['cp1'] } });
  });

  test('merges the claims of a challenge with that capability', async () => {
    const { exchange, respond, requests, createTokenB } = endpoint.setUp();
    respond(respondWithToken(await createTokenB()));
    const claims = { access_token: { acrs: { essential: true, value: 'c1' } } };
    await exchange(await endpoint.createCaller(), { claims });
    expect(claimsOf(requests[0]?.form)).toEqual({
      acrs: { essential: true, value: 'c1' },
      xms_cc: { values: ['cp1'] },
    });
  });

  test('is not sent for a caller that validation did not create', async () => {
    const { exchange, requests } = endpoint.setUp();
    const caller = await endpoint.createCaller();
    await expect(exchange({ ...caller, objectId: alice })).rejects.toThrow(TypeError);
    expect(requests).toHaveLength(0);
  });
});

describe('the response of the token endpoint', () => {
  test('becomes token B and its expiry', async () => {
    const { exchange, respond, createTokenB } = endpoint.setUp();
    const token = await createTokenB();
    respond(respondWithToken(token));
    const exchanged = await exchange(await endpoint.createCaller());
    expect(reveal(exchanged.token)).toBe(token);
    expect(exchanged.expiresOnTimestamp).toBeGreaterThan(Date.now());
  });

  test('may have other members, which are ignored', async () => {
    const { exchange, respond, createTokenB } = endpoint.setUp();
    const token = await createTokenB();
    respond(respondWithToken(token, { id_token: 'garbage', scope: 5, error: 'odd' }));
    const exchanged = await exchange(await endpoint.createCaller());
    expect(reveal(exchanged.token)).toBe(token);
  });

  test('is an error if it is a redirect, which is not followed', async () => {
    const { failure, respond } = endpoint.setUp();
    const location = `${endpoint.issuer.host.href}canary`;
    respond((response) => response.writeHead(307, { location }).end());
    expect((await failure(await endpoint.createCaller())).code).toBe('bad_gateway');
    expect(endpoint.issuer.count('canary')).toBe(0);
  });
});

describe('when Entra refuses the credential', () => {
  const codes = [7000215, 7000222, 700027, 700024, 7000214, 1000502, 7000274, 7000277];

  test.each(codes)('with AADSTS%i, tries once more with another one', async (code) => {
    const { exchange, respond, requests, createTokenB } = endpoint.setUp();
    respond(
      respondWithError('invalid_client', { error_codes: [code] }, 401),
      respondWithToken(await createTokenB()),
    );
    await exchange(await endpoint.createCaller());
    expect(requests.map(({ form }) => form.get('client_secret'))).toEqual([
      'canary-secret-1',
      'canary-secret-2',
    ]);
  });

  test.each(codes)('with AADSTS%i again, fails with unavailable', async (code) => {
    const { failure, respond, requests, countRenewals } = endpoint.setUp();
    respond(respondWithError('invalid_client', { error_codes: [code] }, 401));
    expect((await failure(await endpoint.createCaller())).code).toBe('unavailable');
    expect(requests).toHaveLength(2);
    expect(countRenewals()).toBe(1);
  });
});

describe('when Entra throttles a user', () => {
  const throttled = respondWithJson(429, {}, { 'retry-after': '60' });

  test('other users can still exchange', async () => {
    const { exchange, failure, respond, createTokenB } = endpoint.setUp();
    respond(throttled, respondWithToken(await createTokenB({ oid: otherTenantId })));
    expect((await failure(await endpoint.createCaller())).options.retryAfter).toBe(60);
    const bob = await endpoint.createCaller({ oid: otherTenantId });
    await expect(exchange(bob)).resolves.toBeDefined();
  });

  test('sends no request for that user until the time is over', async () => {
    const { exchange, failure, respond, requests, pass, createTokenB } = endpoint.setUp();
    const caller = await endpoint.createCaller();
    respond(throttled, respondWithToken(await createTokenB()));
    await failure(caller);
    pass(59_000);
    expect((await failure(caller)).options.retryAfter).toBe(1);
    expect(requests).toHaveLength(1);
    pass(1_000);
    await exchange(caller);
    expect(requests).toHaveLength(2);
  });
});

describe('when Entra requires an additional action', () => {
  const required = respondWithError('interaction_required', {
    suberror: 'additional_action',
    claims: challengeClaims,
  });

  test('challenges the user with the claims', async () => {
    const { failure, respond } = endpoint.setUp();
    respond(required);
    expect(await failure(await endpoint.createCaller())).toMatchObject({
      code: 'step_up_required',
      options: { claims: JSON.parse(challengeClaims) },
    });
  });

  test('challenges the user again as long as the token is the same', async () => {
    const { failure, respond } = endpoint.setUp();
    const caller = await endpoint.createCaller();
    respond(required);
    await failure(caller);
    expect((await failure(caller)).code).toBe('step_up_required');
  });

  test('refuses for good if the user returns with another token', async () => {
    const { failure, respond } = endpoint.setUp();
    respond(required);
    await failure(await endpoint.createCaller());
    const refusal = await failure(await endpoint.createCaller({ uti: 'another' }));
    expect(refusal.code).toBe('blocked');
    expect(refusal.options.detail).toContain('additional action');
    expect(refusal.options.claims).toBeUndefined();
  });
});
