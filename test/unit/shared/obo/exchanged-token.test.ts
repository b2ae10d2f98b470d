import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { reveal } from '../../../../shared/redacted.ts';
import { audience, clientApp, otherTenantId } from '../../../support/issuer.ts';
import {
  downstreamId,
  respondWithToken,
  startTokenEndpoint,
  type TokenEndpoint,
} from './token-endpoint.ts';

let endpoint: TokenEndpoint;

beforeAll(async () => {
  endpoint = await startTokenEndpoint();
});
afterAll(() => endpoint.close());

/** Exchanges a token A while the token endpoint responds with this token and these members. */
async function exchangeFor(accessToken: unknown, members: object = {}) {
  const { exchange, respond } = endpoint.setUp();
  respond(respondWithToken(accessToken, members));
  return exchange(await endpoint.createCaller());
}

async function failureFor(accessToken: unknown, members: object = {}) {
  const { failure, respond } = endpoint.setUp();
  respond(respondWithToken(accessToken, members));
  return failure(await endpoint.createCaller());
}

const createTokenB = (claims: Record<string, unknown> = {}) =>
  endpoint.setUp().createTokenB(claims);

const nowInSeconds = () => Math.floor(Date.now() / 1_000);

describe('the exchange accepts token B', () => {
  const accepted = [
    { name: 'for the client id of the API', claims: {} },
    { name: 'for the URI of the API', claims: { aud: `api://${downstreamId}` } },
    { name: 'for a list with one audience', claims: { aud: [downstreamId] } },
  ];

  test.each(accepted)('$name', async ({ claims }) => {
    const token = await createTokenB(claims);
    const exchanged = await exchangeFor(token);
    expect(reveal(exchanged.token)).toBe(token);
  });

  test('with a type in lower case and a lifetime as text', async () => {
    const token = await createTokenB();
    const exchanged = await exchangeFor(token, { token_type: 'bearer', expires_in: '3600' });
    expect(reveal(exchanged.token)).toBe(token);
  });

  test('without printing it', async () => {
    const token = await createTokenB();
    const exchanged = await exchangeFor(token);
    expect(JSON.stringify(exchanged)).not.toContain(token.slice(0, 20));
  });
});

describe('the exchange rejects token B', () => {
  const otherUser = 'a11ce000-0000-4000-8000-000000000002';
  const rejected = [
    { name: 'for another API', claims: { aud: clientApp }, reason: 'another audience' },
    {
      name: 'for two audiences',
      claims: { aud: [downstreamId, audience] },
      reason: 'another audience',
    },
    {
      name: 'for an audience in upper case',
      claims: { aud: downstreamId.toUpperCase() },
      reason: 'another audience',
    },
    { name: 'for an empty list of audiences', claims: { aud: [] }, reason: 'another audience' },
    { name: 'without an audience', claims: { aud: undefined }, reason: 'another audience' },
    { name: 'of another user', claims: { oid: otherUser }, reason: 'another user' },
    { name: 'of another tenant', claims: { tid: otherTenantId }, reason: 'another user' },
    { name: 'without a user', claims: { oid: undefined }, reason: 'another user' },
    {
      name: 'without delegated scopes',
      claims: { scp: undefined },
      reason: 'not a delegated token',
    },
    {
      name: 'of an app',
      claims: { scp: undefined, roles: ['Read.All'] },
      reason: 'not a delegated token',
    },
    { name: 'without an expiry', claims: { exp: undefined }, reason: 'not a delegated token' },
    { name: 'that has just expired', claims: { exp: nowInSeconds() - 1 }, reason: 'expired' },
    { name: 'that expired long ago', claims: { exp: 1 }, reason: 'expired' },
    {
      name: 'of more than 16 KiB',
      claims: { groups: 'x'.repeat(16 * 1024) },
      reason: 'too long',
    },
  ];

  test.each(rejected)('$name', async ({ claims, reason }) => {
    expect(await failureFor(await createTokenB(claims))).toMatchObject({
      code: 'bad_gateway',
      options: { logContext: { check: 'token-b', reason } },
    });
  });

  const list = Buffer.from('[]').toString('base64url');
  const malformed = [
    { name: 'that is opaque', spoil: () => 'opaque' },
    {
      name: 'of two parts',
      spoil: (token: string) => token.split('.').slice(0, 2).join('.'),
    },
    { name: 'of four parts', spoil: (token: string) => `${token}.x` },
    { name: 'with a space', spoil: (token: string) => token.replace('.', ' .') },
    {
      name: 'with a line break at its end',
      spoil: (token: string) => `${token}\r\nx-injected: 1`,
    },
    {
      name: 'with a list as payload',
      spoil: (token: string) => token.replace(/\.[^.]+\./, `.${list}.`),
    },
    {
      name: 'with null as payload',
      spoil: () => `e30.${Buffer.from('null').toString('base64url')}.x`,
    },
  ];

  test.each(malformed)('$name', async ({ spoil }) => {
    expect(await failureFor(spoil(await createTokenB()))).toMatchObject({
      code: 'bad_gateway',
      options: { logContext: { check: 'token-b', reason: 'not a JWT' } },
    });
  });
});

describe('the exchange rejects a token response with', () => {
  const malformed = [
    { name: 'no token type', members: { token_type: undefined }, failure: 'unreadable' },
    { name: 'another token type', members: { token_type: 'pop' }, failure: 'unreadable' },
    { name: 'a lifetime of zero', members: { expires_in: 0 }, failure: 'unreadable' },
    { name: 'a negative lifetime', members: { expires_in: -1 }, failure: 'unreadable' },
    {
      name: 'a lifetime that is no number',
      members: { expires_in: 'soon' },
      failure: 'unreadable',
    },
    { name: 'no lifetime', members: { expires_in: undefined }, failure: 'unreadable' },
    { name: 'an empty token', members: { access_token: '' }, failure: 'unreadable' },
    { name: 'a token that is no string', members: { access_token: {} }, failure: 'unreadable' },
    {
      name: 'more than 256 KiB',
      members: { padding: 'x'.repeat(256 * 1024) },
      failure: 'too_large',
    },
  ];

  test.each(malformed)('$name', async ({ members, failure }) => {
    expect(await failureFor(await createTokenB(), members)).toMatchObject({
      options: { logContext: { check: 'exchange', failure } },
    });
  });
});
