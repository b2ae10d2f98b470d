import { request } from 'node:http';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { type EntraEmulator, startEntra } from './entra/entra-emulator.ts';

let entra: EntraEmulator;
beforeAll(async () => {
  entra = await startEntra();
});
afterAll(() => entra.close());
beforeEach(async () => {
  await entra.context.policies.reset();
  entra.context.recorder.clear();
});

const keysUrl = () => `${entra.context.origin}/common/discovery/v2.0/keys`;
const injectFault = (fault: string) => entra.context.policies.set('fault', `keys=${fault}`);

describe('host', () => {
  function fetchStatus(host: string): Promise<number | undefined> {
    return new Promise((resolve, reject) => {
      request(keysUrl(), { headers: { host } }, (response) => {
        resolve(response.resume().statusCode);
      })
        .on('error', reject)
        .end();
    });
  }

  // A web page must not reach the emulators through a name that resolves to 127.0.0.1.
  test.each([
    { host: 'localhost:PORT', status: 200 },
    { host: '127.0.0.1:PORT', status: 200 },
    { host: 'evil.example', status: 421 },
    { host: 'evil.example:PORT', status: 421 },
    { host: 'localhost', status: 421 },
  ])('responds $status to the host $host', async ({ host, status }) => {
    const { port } = new URL(entra.context.origin);

    expect(await fetchStatus(host.replace('PORT', port))).toBe(status);
  });
});

test('rejects a body over 1 MiB', async () => {
  const body = new URLSearchParams({ grant_type: 'x'.repeat(1024 * 1024) });
  const url = `${entra.context.origin}/common/oauth2/v2.0/token`;
  const response = await fetch(url, { method: 'POST', body });

  expect(response.status).toBe(413);
});

test('responds 404 to an unknown path', async () => {
  const response = await fetch(`${entra.context.origin}/nothing/here`);

  expect(response.status).toBe(404);
});

describe('faults', () => {
  test.each([
    { fault: '429:7', status: 429, retryAfter: '7' },
    { fault: '429', status: 429, retryAfter: null },
    { fault: '503:1', status: 503, retryAfter: '1' },
    { fault: '500', status: 500, retryAfter: null },
  ])('$fault responds $status with Retry-After $retryAfter', async (row) => {
    await injectFault(row.fault);
    const response = await fetch(keysUrl());

    expect(response.status).toBe(row.status);
    expect(response.headers.get('retry-after')).toBe(row.retryAfter);
  });

  test('garbage responds with HTML', async () => {
    await injectFault('garbage');
    const response = await fetch(keysUrl());

    expect(await response.text()).toContain('<!doctype html>');
  });

  test('redirect responds 307 with the URL', async () => {
    await injectFault('redirect:http://localhost:9/elsewhere');
    const response = await fetch(keysUrl(), { redirect: 'manual' });

    expect(response.status).toBe(307);
    expect(response.headers.get('location')).toBe('http://localhost:9/elsewhere');
  });

  test('cut closes the connection in the middle of the body', async () => {
    await injectFault('cut');
    const response = await fetch(keysUrl());

    await expect(response.json()).rejects.toHaveProperty('message');
  });

  test('hang does not respond', async () => {
    await injectFault('hang');

    await expect(fetch(keysUrl(), { signal: AbortSignal.timeout(150) })).rejects.toMatchObject({
      name: 'TimeoutError',
    });
  });

  test('delay responds after the delay', async () => {
    await injectFault('delay:120');
    const started = performance.now();
    const response = await fetch(keysUrl());

    expect(response.status).toBe(200);
    expect(performance.now() - started).toBeGreaterThan(110);
  });

  test('off ends a fault', async () => {
    await injectFault('500');
    await injectFault('off');

    expect((await fetch(keysUrl())).status).toBe(200);
  });

  test('leave other endpoints alone', async () => {
    await injectFault('503');

    expect((await entra.exchange()).status).toBe(200);
  });

  test('are recorded at their endpoint', async () => {
    await injectFault('503');
    await fetch(keysUrl());

    expect(entra.context.recorder.since(0)).toMatchObject([
      { hop: 'entra', operation: 'keys', status: 503, facts: { fault: 'refuse' } },
    ]);
  });

  test('have CORS headers, so that the Client App can read them', async () => {
    await injectFault('429:3');
    const { clientAppOrigin } = entra.context;
    const { headers } = await fetch(keysUrl(), { headers: { origin: clientAppOrigin } });

    expect(headers.get('access-control-allow-origin')).toBe(clientAppOrigin);
    expect(headers.get('access-control-expose-headers')).toContain('Retry-After');
  });
});
