import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { challengeVault } from './answers.ts';
import { type Chain, startChain } from './chain.ts';

/** Where every redirect leads; it would answer as whoever was meant. */
const seen: string[] = [];
const canary = createServer((request, response) => {
  seen.push(`${request.method} ${request.url}`);
  response.end('{}');
});
let location: string;
beforeAll(async () => {
  await new Promise<void>((ready) => canary.listen(0, '127.0.0.1', ready));
  location = `http://localhost:${(canary.address() as AddressInfo).port}/canary`;
});
afterAll(() => {
  canary.closeAllConnections();
  canary.close();
});

let chain: Chain;
beforeEach(async () => {
  seen.splice(0);
  chain = await startChain();
});
afterEach(() => chain.close());

const codes = [301, 302, 303, 307, 308];
const redirect = (code: number) => (_: IncomingMessage, response: ServerResponse) =>
  void response.writeHead(code, { location }).end();

test.each(['vault', 'identity', 'metadata', 'keys', 'token'] as const)(
  'a redirect by %s is not followed',
  async (path) => {
    for (const code of codes) {
      chain.fail(path, (request, response) =>
        path === 'vault' && !request.headers.authorization
          ? challengeVault(response)
          : redirect(code)(request, response),
      );
      expect((await chain.get(await chain.token())).status).toBe(path === 'token' ? 502 : 503);
      chain.pass(60_000);
    }
    expect(seen).toEqual([]);
    chain.fail(path, undefined);
    expect((await chain.get(await chain.token())).status).toBe(200);
  },
);

test('a redirect by Downstream is not followed, whatever the method', async () => {
  for (const code of codes) {
    chain.downstream.answer(redirect(code));
    const token = await chain.token();
    expect([(await chain.get(token)).status, (await chain.put(token)).status]).toEqual([502, 502]);
  }
  expect(chain.downstream.received).toHaveLength(2 * codes.length);
  expect(seen).toEqual([]);
});
