import type { ServerResponse } from 'node:http';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { call } from '../support/call.ts';
import { type FakeDownstream, startDownstream } from '../support/downstream.ts';
import { type Stack, startStack } from '../support/stack.ts';
import { until } from '../support/until.ts';

const timeout = 30_000;

let downstream: FakeDownstream;
let stack: Stack;
beforeEach(async () => {
  downstream = await startDownstream();
  stack = await startStack({ set: { DOWNSTREAM_API_URL: downstream.url } });
}, 120_000);
afterEach(async () => {
  await stack?.stop();
  await downstream?.close();
});

async function isClosed(): Promise<boolean> {
  try {
    await call(`${stack.urls.originalApi}/health`);
    return false;
  } catch {
    return true;
  }
}

test('a stop refuses new requests and completes the 50 requests in progress', async () => {
  const token = await stack.token('alice');
  const get = () => call(`${stack.urls.originalApi}/documents`, { token });
  expect((await get()).status).toBe(200);

  const pending: ServerResponse[] = [];
  downstream.respondWith((_, response) => {
    pending.push(response);
  });
  const requests = Array.from({ length: 50 }, get);
  await until('all requests to reach Downstream API', () => pending.length === 50, timeout);
  const stopped = stack.stop();
  await until('Original API to refuse connections', isClosed, timeout);
  for (const response of pending) response.end('{"documents":[]}');

  // 504 is a complete response, too: on a slow machine the deadline may pass before the stop.
  const statuses = (await Promise.all(requests)).map(({ status }) => status);
  expect(statuses.filter((status) => status !== 200 && status !== 504)).toEqual([]);
  await stopped;
}, 180_000);
