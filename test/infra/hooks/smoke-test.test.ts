import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from '@jest/globals';
import { smokeTest } from '../../../infra/hooks/smoke-test.ts';
import { createFakeClock } from './fake-azure.ts';

const validChallenge = 'Bearer realm="x", authorization_uri="https://login.example/authorize"';
const addressInNetwork = '10.0.2.4';
const publicAddress = '20.50.2.10';

/** Nothing listens on port 1. */
const unreachableUrl = 'http://127.0.0.1:1/api/downstream';

/** A deployment for the smoke test. Both APIs are the same server. */
interface FakeDeployment {
  /** The number of health checks that return 503 before the first 200. Default: 0. */
  readonly unhealthyResponses?: number;
  /** The status of every other route. Default: 401. */
  readonly status?: number;
  /** The WWW-Authenticate header of every other route. Default: a valid one. */
  readonly challenge?: string;
  /** The private mode, with the address of Downstream API. Default: no private mode. */
  readonly privateMode?: { readonly downstreamAddress: string };
  /** Whether Downstream API responds. Default: true. */
  readonly downstreamResponds?: boolean;
}

/** Runs the smoke test and returns the lines that it logs. */
async function runSmokeTest(deployment: FakeDeployment): Promise<readonly string[]> {
  const { status = 401, challenge = validChallenge, downstreamResponds = true } = deployment;
  let unhealthyResponses = deployment.unhealthyResponses ?? 0;
  const server = createServer(({ url = '' }, response) => {
    if (!url.endsWith('/health')) {
      response.writeHead(status, { 'www-authenticate': challenge }).end();
    } else if (unhealthyResponses > 0) {
      unhealthyResponses -= 1;
      response.writeHead(503).end();
    } else {
      response.writeHead(200).end();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const originalUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/api`;
  const lines: string[] = [];
  try {
    await smokeTest({
      originalUrl,
      downstreamUrl: downstreamResponds ? `${originalUrl}/downstream` : unreachableUrl,
      privateNetwork: deployment.privateMode !== undefined,
      clock: createFakeClock(0),
      log: (line) => lines.push(line),
      resolveAddress: async () => deployment.privateMode?.downstreamAddress ?? '',
    });
  } finally {
    server.closeAllConnections();
    server.close();
  }
  return lines;
}

const downstreamRejects = 'Downstream API rejects a direct request without a token.';

test('passes for a healthy deployment', async () => {
  expect(await runSmokeTest({})).toContain(downstreamRejects);
});

test('waits for an API that starts slowly', async () => {
  expect(await runSmokeTest({ unhealthyResponses: 3 })).toContain(downstreamRejects);
});

test('passes in the private mode if Downstream does not respond outside the network', async () => {
  const lines = await runSmokeTest({
    privateMode: { downstreamAddress: publicAddress },
    downstreamResponds: false,
  });
  expect(lines).toContain(
    'Downstream API cannot be reached from this machine, as the private mode requires.',
  );
});

test('checks Downstream in the private mode if it runs inside the network', async () => {
  const lines = await runSmokeTest({ privateMode: { downstreamAddress: addressInNetwork } });
  expect(lines.at(-1)).toBe(downstreamRejects);
});

test('fails in the private mode if Downstream responds outside the network', async () => {
  await expect(runSmokeTest({ privateMode: { downstreamAddress: publicAddress } })).rejects.toThrow(
    'is reachable from outside its network',
  );
});

test.each<{ readonly name: string; readonly deployment: FakeDeployment; readonly error: RegExp }>([
  {
    name: 'an API does not become healthy',
    deployment: { unhealthyResponses: 1_000 },
    error: /health did not return 200\. Last result: 503/,
  },
  {
    name: 'an API accepts a request without a token',
    deployment: { status: 200 },
    error: /returned 200 .*\nExpected 401/,
  },
  {
    name: 'a 401 does not say where to get a token',
    deployment: { challenge: 'Basic' },
    error: /returned 401 \(WWW-Authenticate: Basic\)/,
  },
])('fails if $name', async ({ deployment, error }) => {
  await expect(runSmokeTest(deployment)).rejects.toThrow(error);
});
