import { request } from 'node:http';
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { type EntraEmulator, startEntra } from './entra/entra-emulator.ts';

let entra: EntraEmulator;
beforeAll(async () => {
  entra = await startEntra();
});
afterAll(() => entra.close());
beforeEach(() => entra.context.policies.reset());

const keys = () => `${entra.context.origin}/common/discovery/v2.0/keys`;
const plant = (kind: string) => entra.context.policies.set('fault', `keys=${kind}`);

function statusFor(host: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    request(keys(), { headers: { host } }, (response) => resolve(response.resume().statusCode))
      .on('error', reject)
      .end();
  });
}

test('answers to its own name only, so that no web page reaches it under another one', async () => {
  const { port } = new URL(entra.context.origin);
  expect(
    await Promise.all(
      [
        `localhost:${port}`,
        `127.0.0.1:${port}`,
        'evil.example',
        `evil.example:${port}`,
        'localhost',
      ].map(statusFor),
    ),
  ).toEqual([200, 200, 421, 421, 421]);
});

test('a body over 1 MiB is refused', async () => {
  const body = new URLSearchParams({ grant_type: 'x'.repeat(1024 * 1024) });
  expect(
    (await fetch(`${entra.context.origin}/common/oauth2/v2.0/token`, { method: 'POST', body }))
      .status,
  ).toBe(413);
});

test('has nothing at other paths', async () => {
  expect((await fetch(`${entra.context.origin}/nothing/here`)).status).toBe(404);
});

test('faults: throttling with and without Retry-After, errors, garbage, a redirect, a cut body', async () => {
  for (const [kind, status, retryAfter] of [
    ['429:7', 429, '7'],
    ['429', 429, null],
    ['503:1', 503, '1'],
    ['500', 500, null],
  ] as const) {
    await plant(kind);
    const answer = await fetch(keys());
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([status, retryAfter]);
  }
  await plant('garbage');
  expect(await (await fetch(keys())).text()).toContain('<!doctype html>');
  await plant('redirect:http://localhost:9/elsewhere');
  const redirected = await fetch(keys(), { redirect: 'manual' });
  expect([redirected.status, redirected.headers.get('location')]).toEqual([
    307,
    'http://localhost:9/elsewhere',
  ]);
  await plant('cut');
  await expect(fetch(keys()).then((answer) => answer.json())).rejects.toHaveProperty('message');
  await plant('off');
  expect((await fetch(keys())).status).toBe(200);
});

test('a hang lasts until the caller gives up; a delay is one', async () => {
  await plant('hang');
  await expect(fetch(keys(), { signal: AbortSignal.timeout(150) })).rejects.toMatchObject({
    name: 'TimeoutError',
  });
  await plant('delay:120');
  const started = performance.now();
  expect((await fetch(keys())).status).toBe(200);
  expect(performance.now() - started).toBeGreaterThan(110);
});

test('records a fault at the hop it struck, and leaves other endpoints alone', async () => {
  await plant('503');
  entra.context.recorder.clear();
  await fetch(keys());
  expect((await entra.exchange()).status).toBe(200);
  expect(entra.context.recorder.since(0)).toMatchObject([
    { hop: 'entra', operation: 'keys', status: 503, facts: { fault: 'refuse' } },
    { hop: 'entra', operation: 'token', status: 200 },
  ]);
});

test('lets the Client App’s page read even a fault', async () => {
  await plant('429:3');
  const answer = await fetch(keys(), { headers: { origin: entra.context.clientAppOrigin } });
  expect(answer.headers.get('access-control-allow-origin')).toBe(entra.context.clientAppOrigin);
  expect(answer.headers.get('access-control-expose-headers')).toContain('Retry-After');
});
