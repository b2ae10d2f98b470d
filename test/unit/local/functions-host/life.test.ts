import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';
import { startFunctionsHost } from '../../../../local/functions-host/host.ts';
import { rawRequest, sendRaw } from '../../../support/raw-http.ts';

const entry = fileURLToPath(new URL('../../../support/fixtures/probe-app.ts', import.meta.url));
const start = (env: Record<string, string> = {}, lines: string[] = []) =>
  startFunctionsHost({
    name: 'downstream-api',
    port: 0,
    entry,
    env: { PATH: process.env.PATH ?? '', ...env },
    log: (line) => lines.push(line),
  });

const isRunning = (pid: number) => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

test("does not start when the app does not load, and says the app's own words", async () => {
  await expect(start({ REFUSE_TO_LOAD: 'yes' })).rejects.toThrow(
    'downstream-api did not start: AZURE_TENANT_ID is missing; DOWNSTREAM_API_URL is not a URL',
  );
});

test('does not start on a busy port and leaves no worker behind', async () => {
  const first = await start();
  const port = Number(new URL(first.origin).port);
  const second = startFunctionsHost({
    name: 'original-api',
    port,
    entry,
    env: { PATH: process.env.PATH ?? '' },
    log() {},
  });
  await expect(second).rejects.toMatchObject({ code: 'EADDRINUSE' });
  await first.close();
});

test('closing answers what is in flight, refuses what comes later, and ends the worker', async () => {
  const lines: string[] = [];
  const host = await start({}, lines);
  const port = Number(new URL(host.origin).port);
  const pid = host.workerPid() ?? 0;
  const slow = sendRaw(port, rawRequest('GET /api/slow'));
  while (!lines.includes('{"slow":"begun"}'))
    await new Promise((resolve) => setTimeout(resolve, 5));
  const closed = host.close();
  await expect(sendRaw(port, rawRequest('GET /api/slow'))).rejects.toMatchObject({
    code: 'ECONNREFUSED',
  });
  expect(await slow).toMatchObject({ status: 200, body: expect.stringContaining('done') });
  await closed;
  expect(isRunning(pid)).toBe(false);
});
