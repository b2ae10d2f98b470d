import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { reveal } from '../../../../shared/redacted.ts';
import {
  correlationId,
  downstreamId,
  downstreamScope,
  respondWithToken,
  startTokenEndpoint,
  type TokenEndpoint,
} from './token-endpoint.ts';

const graphScope = 'https://graph.microsoft.com/User.ReadBasic.All';
const minute = 60_000;
const { signal } = new AbortController();

let endpoint: TokenEndpoint;

beforeAll(async () => {
  endpoint = await startTokenEndpoint();
});
afterAll(() => endpoint.close());

describe('a token for which no audiences are stated', () => {
  const opaqueTokens = [
    { name: 'is no JWT', token: 'EwBgA8l6BAAU+/~.-_==' },
    { name: 'is encrypted, in five parts', token: 'eyJh.b.c.d.e' },
    { name: 'looks like a JWT but has no JSON', token: 'a.b.c' },
    { name: 'names another user', token: `a.${encode({ oid: 'x', aud: 'y', exp: 1 })}.c` },
  ];

  test.each(opaqueTokens)('is not parsed: it $name', async ({ token }) => {
    const { onBehalfOf, respond } = endpoint.setUp();
    respond(respondWithToken(token));
    const request = await graphRequest();
    expect(reveal((await onBehalfOf.exchange(request, signal)).token)).toBe(token);
  });

  test.each([
    { name: 'a line break', token: 'a\r\nx-injected: 1' },
    { name: 'a space', token: 'a b' },
    { name: 'a quotation mark', token: 'a"b' },
    { name: 'a letter outside ASCII', token: 'ä' },
  ])('is rejected if it contains $name', async ({ token }) => {
    const { onBehalfOf, respond } = endpoint.setUp();
    respond(respondWithToken(token));
    await expect(onBehalfOf.exchange(await graphRequest(), signal)).rejects.toMatchObject({
      code: 'bad_gateway',
      options: { logContext: { check: 'token-b', reason: 'not a bearer token' } },
    });
  });

  test('is rejected if it is longer than 16 KiB', async () => {
    const { onBehalfOf, respond } = endpoint.setUp();
    respond(respondWithToken('x'.repeat(16 * 1024 + 1)));
    await expect(onBehalfOf.exchange(await graphRequest(), signal)).rejects.toMatchObject({
      options: { logContext: { reason: 'too long' } },
    });
  });

  test('lives as long as expires_in says, less five minutes', async () => {
    const { onBehalfOf, respond, requests, pass } = endpoint.setUp();
    respond(respondWithToken('opaque', { expires_in: 20 * 60 }));
    const request = await graphRequest();
    const { expiresOnTimestamp } = await onBehalfOf.exchange(request, signal);
    expect(expiresOnTimestamp - Date.now()).toBeGreaterThan(20 * minute - 5_000);
    expect(expiresOnTimestamp - Date.now()).toBeLessThan(20 * minute + 5_000);

    pass(10 * minute);
    await onBehalfOf.exchange(request, signal);
    expect(requests).toHaveLength(1);
    // Lifetimes are in whole seconds.
    pass(5 * minute + 2_000);
    await onBehalfOf.exchange(request, signal);
    expect(requests).toHaveLength(2);
  });

  test('expires by the clock of this app, whatever the clock of the system says', async () => {
    const { onBehalfOf, respond, requests, pass } = endpoint.setUp();
    pass(-30 * minute);
    respond(respondWithToken('opaque', { expires_in: 20 * 60 }));
    const request = await graphRequest();
    await onBehalfOf.exchange(request, signal);
    pass(16 * minute);
    await onBehalfOf.exchange(request, signal);
    expect(requests).toHaveLength(2);
  });

  test.each([1e15, 1e300])('is rejected if it lives for %p seconds', async (seconds) => {
    const { onBehalfOf, respond } = endpoint.setUp();
    respond(respondWithToken('opaque', { expires_in: seconds }));
    await expect(onBehalfOf.exchange(await graphRequest(), signal)).rejects.toMatchObject({
      code: 'bad_gateway',
    });
  });
});

describe('several downstream APIs', () => {
  test('share one cache: each scope is exchanged once for a user', async () => {
    const { onBehalfOf, respond, requests } = endpoint.setUp();
    respond(respondWithToken('opaque'));
    const caller = await endpoint.createCaller();
    for (const scope of [graphScope, 'https://storage.azure.com/.default', graphScope])
      await onBehalfOf.exchange({ caller, scopes: [scope], correlationId }, signal);
    expect(requests.map(({ form }) => form.get('scope')?.split(' ')[0])).toEqual([
      graphScope,
      'https://storage.azure.com/.default',
    ]);
  });

  test('do not share a token that was not checked with an API that requires the check', async () => {
    const { onBehalfOf, respond } = endpoint.setUp();
    respond(respondWithToken('opaque'));
    const caller = await endpoint.createCaller();
    const request = { caller, scopes: [downstreamScope], correlationId };
    await onBehalfOf.exchange(request, signal);
    const checked = { ...request, audiences: [downstreamId] };
    await expect(onBehalfOf.exchange(checked, signal)).rejects.toMatchObject({
      code: 'bad_gateway',
    });
  });
});

const graphRequest = async () => ({
  caller: await endpoint.createCaller(),
  scopes: [graphScope],
  correlationId,
});

function encode(claims: object): string {
  return Buffer.from(JSON.stringify(claims)).toString('base64url');
}
