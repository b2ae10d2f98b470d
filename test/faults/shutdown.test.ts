import type { ServerResponse } from 'node:http';
import { expect, test } from '@jest/globals';
import { call } from '../support/call.ts';
import { startDownstream } from '../support/downstream.ts';
import { startStack } from '../support/stack.ts';
import { until } from '../support/until.ts';

test('told to stop with 50 requests in flight, the chain takes no new one and answers all 50', async () => {
  const downstream = await startDownstream();
  const stack = await startStack({ set: { DOWNSTREAM_API_URL: downstream.url } });
  try {
    const token = await stack.token('alice');
    const get = () => call(`${stack.urls.originalApi}/documents`, { token });
    expect((await get()).status).toBe(200);
    const held: ServerResponse[] = [];
    downstream.answer((_, response) => void held.push(response));
    const calls = Array.from({ length: 50 }, get);
    await until('all of them to be with Downstream', () => held.length === 50, 30_000);
    const stopped = stack.stop();
    const isShut = () =>
      call(`${stack.urls.originalApi}/health`).then(
        () => false,
        () => true,
      );
    await until('the door to be shut', isShut, 30_000);
    for (const response of held) response.end('{"documents":[]}');
    // On a machine so slow that Downstream seems silent it is 504; an answer it is all the same, and no broken connection.
    const answers = await Promise.all(calls);
    expect(answers.filter(({ status }) => ![200, 504].includes(status))).toEqual([]);
    await stopped;
  } finally {
    await stack.stop();
    await downstream.close();
  }
}, 180_000);
