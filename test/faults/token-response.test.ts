import { randomUUID } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { Respond } from '../support/downstream.ts';
import { audience, otherTenantId } from '../support/issuer.ts';
import { type Chain, startChain } from './chain.ts';
import { sendJson, sendLargeBody } from './responses.ts';
import { signTokenB } from './token-endpoint.ts';

let chain: Chain;
beforeEach(async () => {
  chain = await startChain();
  // The credential and the keys are cached before the token endpoint fails.
  expect((await chain.get(await chain.token())).status).toBe(200);
});
afterEach(() => chain.close());

const usable = { token_type: 'Bearer', scope: 'x', expires_in: 3_600, access_token: 'a.b.c' };
const sendUsableExcept = (changes: object) => (_: unknown, response: ServerResponse) =>
  sendJson(response, { ...usable, ...changes });

let oid: string;
let token: string;
beforeEach(async () => {
  oid = randomUUID();
  token = await chain.token(oid);
  chain.downstream.received.splice(0);
});

/** Sends a token B with changed claims. */
function sendTokenWith(claims: Record<string, unknown>): Respond {
  return async (_, response) => {
    const tokenB = await signTokenB(chain.entra, { oid, ...claims });
    sendJson(response, { ...usable, access_token: tokenB });
  };
}

async function expectFailureAndRecovery(respond: Respond, status: number): Promise<void> {
  chain.fail('token', respond);
  expect((await chain.get(token)).status).toBe(status);
  expect(chain.downstream.received).toHaveLength(0);
  chain.fail('token', undefined);
  expect((await chain.get(token)).json).toEqual({ oid });
}

test.each<{ readonly name: string; readonly status: number; readonly respond: Respond }>([
  {
    name: 'HTML',
    status: 502,
    respond: (_, response) =>
      response
        .writeHead(200, { 'content-type': 'text/html' })
        .end('<!doctype html><title>Maintenance</title>'),
  },
  {
    name: 'truncated JSON',
    status: 502,
    respond: (_, response) => response.end(JSON.stringify(usable).slice(0, 40)),
  },
  {
    name: 'an incomplete body',
    status: 503,
    respond: (_, response) =>
      response.writeHead(200, { 'content-length': '4096' }).write('{"to', () => response.destroy()),
  },
  {
    name: 'a list',
    status: 502,
    respond: (_, response) => sendJson(response, [usable]),
  },
  { name: 'an empty token', status: 502, respond: sendUsableExcept({ access_token: '' }) },
  {
    name: 'no access_token',
    status: 502,
    respond: sendUsableExcept({ access_token: undefined }),
  },
  { name: 'no expires_in', status: 502, respond: sendUsableExcept({ expires_in: undefined }) },
  { name: 'no token_type', status: 502, respond: sendUsableExcept({ token_type: undefined }) },
  {
    name: 'another token type',
    status: 502,
    respond: sendUsableExcept({ token_type: 'pop' }),
  },
  { name: "another user's token", status: 502, respond: sendTokenWith({ oid: randomUUID() }) },
  {
    name: "a token of another tenant's user",
    status: 502,
    respond: sendTokenWith({ tid: otherTenantId }),
  },
  {
    name: 'a token for another API',
    status: 502,
    respond: sendTokenWith({ aud: audience }),
  },
])(
  'an unusable token response causes $status and is not cached: $name',
  async ({ status, respond }) => {
    await expectFailureAndRecovery(respond, status);
  },
);

test('a token response of 50 MB causes 502 and is not read completely', async () => {
  let sent = 0;
  const respond: Respond = (_, response) =>
    sendLargeBody(response, 50e6, (bytes) => {
      sent += bytes;
    });
  await expectFailureAndRecovery(respond, 502);
  expect(sent).toBeLessThan(20e6);
});
