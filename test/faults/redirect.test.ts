import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { Respond } from '../support/downstream.ts';
import { type Chain, startChain } from './chain.ts';
import { challengeVault } from './responses.ts';

const redirectStatuses = [301, 302, 303, 307, 308];
const minute = 60_000;

/** A server that no request may reach. */
interface Canary {
  readonly url: string;
  /** Method and path of each request. */
  readonly received: readonly string[];
  close(): void;
}

async function startCanary(): Promise<Canary> {
  const received: string[] = [];
  const server = createServer((request, response) => {
    received.push(`${request.method} ${request.url}`);
    response.end('{}');
  });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  return {
    url: `http://localhost:${(server.address() as AddressInfo).port}/canary`,
    received,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

let canary: Canary;
let chain: Chain;
beforeEach(async () => {
  canary = await startCanary();
  chain = await startChain();
});
afterEach(async () => {
  canary.close();
  await chain.close();
});

function redirect(status: number): Respond {
  return (_, response) => {
    response.writeHead(status, { location: canary.url }).end();
  };
}

/** Key Vault's client sends its first request without a token and expects a challenge. */
function redirectAfterChallenge(status: number): Respond {
  return (request, response) => {
    if (request.headers.authorization) redirect(status)(request, response);
    else challengeVault(response);
  };
}

test.each([
  { dependency: 'vault', createResponse: redirectAfterChallenge, status: 503 },
  { dependency: 'identity', createResponse: redirect, status: 503 },
  { dependency: 'metadata', createResponse: redirect, status: 503 },
  { dependency: 'keys', createResponse: redirect, status: 503 },
  { dependency: 'token', createResponse: redirect, status: 502 },
] as const)(
  'a redirect by $dependency becomes $status and is not followed',
  async ({ dependency, createResponse, status }) => {
    for (const redirectStatus of redirectStatuses) {
      chain.fail(dependency, createResponse(redirectStatus));
      expect((await chain.get(await chain.token())).status).toBe(status);
      chain.advance(minute);
    }
    expect(canary.received).toEqual([]);
    chain.fail(dependency, undefined);
    expect((await chain.get(await chain.token())).status).toBe(200);
  },
);

describe.each(redirectStatuses)('a redirect with %i by Downstream API', (redirectStatus) => {
  test.each(['get', 'put'] as const)('becomes 502 for a %s and is not followed', async (method) => {
    chain.downstream.respondWith(redirect(redirectStatus));
    expect((await chain[method](await chain.token())).status).toBe(502);
    expect(chain.downstream.received).toHaveLength(1);
    expect(canary.received).toEqual([]);
  });
});
