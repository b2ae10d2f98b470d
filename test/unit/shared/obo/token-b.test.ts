import type { ServerResponse } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { ApiError } from '../../../../shared/api-error.ts';
import { createExchange, type Exchange } from '../../../../shared/obo/exchange.ts';
import { redact, reveal } from '../../../../shared/redacted.ts';
import type { Caller } from '../../../../shared/token/caller.ts';
import { createKeys } from '../../../../shared/token/keys.ts';
import { createValidator } from '../../../../shared/token/validate.ts';
import { audience, type Issuer, startIssuer, tenantId } from '../../../support/issuer.ts';

const downstream = 'd0375100-0000-4000-8000-0000000000a3';
let issuer: Issuer;
let exchange: Exchange;
let caller: Caller;

beforeAll(async () => {
  issuer = await startIssuer();
  const keys = createKeys({ authorityHost: issuer.host });
  caller = await createValidator({ keys, tenantIds: [tenantId], audience })(
    redact(await issuer.token()),
  );
  const proof = { version: '1', options: () => ({ clientSecret: 'canary' }) };
  const credential = { current: async () => proof, renew: async () => undefined };
  exchange = createExchange({ authorityHost: issuer.host, clientId: audience, keys, credential });
});
afterAll(() => issuer.close());

const good = { token_type: 'Bearer', expires_in: 3_600 };
const tokenB = (claims: object = {}) =>
  issuer.token({ aud: downstream, azp: audience, azpacr: '1', ...claims });

/** What becomes of an answer of Entra's: `exchanged`, or why it is not used. */
async function outcome(answer: object): Promise<unknown> {
  issuer.respond('/token', (_request, response: ServerResponse) =>
    response.end(JSON.stringify({ ...good, ...answer })),
  );
  const audiences = [downstream, `api://${downstream}`];
  const request = {
    caller,
    scopes: ['api://d/Read'],
    audiences,
    correlationId: '0af76519-16cd-43dd-8448-eb211c80319c',
  };
  return exchange(request).then(
    () => 'exchanged',
    ({ options }: ApiError) => options.logContext?.reason ?? options.logContext?.failure,
  );
}

describe('a token B', () => {
  test.each([
    ['exchanged', 'as it should be', {}],
    ['exchanged', 'for the API’s URI', { aud: `api://${downstream}` }],
    ['exchanged', 'for a list of one', { aud: [downstream] }],
    ['another audience', 'for two audiences', { aud: [downstream, audience] }],
    ['another audience', 'for an audience in capitals', { aud: downstream.toUpperCase() }],
    ['another user', 'of another user', { oid: 'a11ce000-0000-4000-8000-000000000002' }],
    [
      'another user',
      'of a user of another tenant',
      { tid: 'fab21ca0-0000-4000-8000-00000000fab1' },
    ],
    ['another user', 'of nobody', { oid: undefined }],
    ['no delegated token', 'of an app', { scp: undefined, roles: ['Read.All'] }],
    ['no delegated token', 'that never ends', { exp: undefined }],
    ['expired', 'that has ended', { exp: Math.floor(Date.now() / 1_000) - 1 }],
    ['not a token', 'of more than 16 KiB', { groups: 'x'.repeat(16 * 1024) }],
  ])('is %s when it is one %s', async (expected, _name, claims) => {
    expect(await outcome({ access_token: await tokenB(claims) })).toBe(expected);
  });

  test.each([
    ['opaque', () => 'opaque'],
    ['in two parts', (token: string) => token.split('.').slice(0, 2).join('.')],
    ['in four parts', (token: string) => `${token}.x`],
    ['with a space in it', (token: string) => token.replace('.', ' .')],
    ['with a line break at its end', (token: string) => `${token}\r\nx-injected: 1`],
    [
      'whose payload is a list',
      (token: string) => token.replace(/\.[^.]+\./, `.${Buffer.from('[]').toString('base64url')}.`),
    ],
  ])('that is %s is not a token', async (_name, spoil) => {
    expect(await outcome({ access_token: spoil(await tokenB()) })).toBe('not a token');
  });
});

test.each([
  ['no type', { token_type: undefined }],
  ['another type', { token_type: 'pop' }],
  ['a life of nothing', { expires_in: 0 }],
  ['a life that is over', { expires_in: -1 }],
  ['a life that is no number', { expires_in: 'soon' }],
  ['no life', { expires_in: undefined }],
  ['an empty token', { access_token: '' }],
  ['a token that is no text', { access_token: {} }],
  ['more than 256 KiB', { padding: 'x'.repeat(256 * 1024) }],
])('an answer with %s is none of a token endpoint', async (_name, changes) => {
  expect(await outcome({ access_token: await tokenB(), ...changes })).toBe(
    'padding' in changes ? 'too_large' : 'unreadable',
  );
});

test('a token prints as nothing, and reads as what Entra sent', async () => {
  const token = await tokenB();
  issuer.respond('/token', (_request, response) =>
    response.end(
      JSON.stringify({ ...good, token_type: 'bearer', expires_in: '3600', access_token: token }),
    ),
  );
  const request = {
    caller,
    scopes: ['api://d/Read'],
    audiences: [downstream],
    correlationId: '0af76519-16cd-43dd-8448-eb211c80319c',
  };
  const exchanged = await exchange(request);
  expect(JSON.stringify(exchanged)).not.toContain(token.slice(0, 20));
  expect(reveal(exchanged.token)).toBe(token);
});
