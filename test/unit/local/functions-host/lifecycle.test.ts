import { expect, test } from '@jest/globals';
import { until } from '../../../support/until.ts';
import { startProbeHost } from './probe-host.ts';

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

test("does not start if the app does not load, and passes on the app's message", async () => {
  const starting = startProbeHost({ name: 'downstream-api', env: { REFUSE_TO_LOAD: 'yes' } });
  await expect(starting).rejects.toThrow(
    'downstream-api did not start: AZURE_TENANT_ID is missing; DOWNSTREAM_API_URL is not a URL',
  );
});

test('does not start on a busy port', async () => {
  const first = await startProbeHost();
  const second = startProbeHost({ port: first.port });
  await expect(second).rejects.toMatchObject({ code: 'EADDRINUSE' });
  await first.host.close();
});

test('closing waits for the request in flight and refuses new connections', async () => {
  const { host, send, lines } = await startProbeHost();
  const inFlight = send('GET /api/slow');
  await until('the request to reach the function', () => lines.includes('{"slow":"started"}'));
  const closed = host.close();
  await expect(send('GET /api/slow')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  const response = await inFlight;
  expect(response.status).toBe(200);
  expect(response.body).toContain('done');
  await closed;
});

test('closing ends the worker', async () => {
  const { host } = await startProbeHost();
  const pid = host.workerPid() ?? 0;
  expect(isRunning(pid)).toBe(true);
  await host.close();
  expect(isRunning(pid)).toBe(false);
});

test('a crash fails the request in flight, and the next one waits for a new worker', async () => {
  const { host, send, describe } = await startProbeHost();
  const pidBefore = host.workerPid();
  const crashed = await send('GET /api/crash');
  expect(crashed).toMatchObject({ status: 500, body: '' });
  const { pid } = await describe('GET /api/things/x');
  expect(pid).not.toBe(pidBefore);
  expect(host.workerPid()).toBe(pid);
  await host.close();
});
