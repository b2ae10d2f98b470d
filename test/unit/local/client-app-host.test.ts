import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { startClientAppHost } from '../../../local/client-app-host.ts';
import { rawRequest, sendRaw } from '../../support/raw-http.ts';

const settings = {
  authority: 'https://localhost:9070/tenant',
  clientId: 'client',
  knownAuthorities: ['localhost:9070'],
  authorityMetadata: '{}',
  originalApiUrl: 'http://localhost:9071/api',
  originalApiId: 'api://original',
  emulators: { controlUrl: 'http://localhost:9070/control', controlToken: 'control' },
};
let folder: string;
let host: { origin: string; close(): Promise<void> };
let port: number;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'client-app-'));
  const dist = join(folder, 'dist');
  mkdirSync(dist);
  for (const name of [
    'index.html',
    'redirect.html',
    'main.js',
    'styles.css',
    'main.js.map',
    'notes.txt',
  ])
    writeFileSync(join(dist, name), `<${name}>`);
  writeFileSync(join(folder, 'secret.json'), 'secret');
  host = await startClientAppHost({ port: 0, folder: dist, settings });
  port = Number(new URL(host.origin).port);
});
afterAll(async () => {
  await host.close();
  rmSync(folder, { recursive: true });
});

const policyOf = (answer: Response) => answer.headers.get('content-security-policy') ?? '';

test('serves the page at the root with a policy without unsafe-inline that reaches only the emulators and Original', async () => {
  const answer = await fetch(`${host.origin}/?code=1`);
  expect(await answer.text()).toBe('<index.html>');
  expect(Object.fromEntries(answer.headers)).toMatchObject({
    'content-type': 'text/html; charset=utf-8',
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'cache-control': 'no-cache',
  });
  expect(policyOf(answer).split('; ')).toEqual([
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    "connect-src 'self' http://localhost:9070 http://localhost:9071",
    "frame-src 'self' http://localhost:9070",
    "frame-ancestors 'none'",
    "form-action 'none'",
    "base-uri 'none'",
  ]);
});

test('only the redirect page may be framed, by its own origin', async () => {
  expect(policyOf(await fetch(`${host.origin}/redirect.html`))).toContain("frame-ancestors 'self'");
  expect(policyOf(await fetch(`${host.origin}/index.html`))).toContain("frame-ancestors 'none'");
});

test('settings.json is made from the run and shared with no other origin', async () => {
  const answer = await fetch(`${host.origin}/settings.json`);
  expect(await answer.json()).toEqual(settings);
  expect(answer.headers.get('access-control-allow-origin')).toBeNull();
  expect(answer.headers.get('cross-origin-resource-policy')).toBe('same-origin');
});

test.each([
  '/../secret.json',
  '/..%2fsecret.json',
  '/%2e%2e/secret.json',
  '/..\\secret.json',
  '//secret.json',
  '/main.js/',
  '/notes.txt',
  '/main.js%00.html',
  '/.',
  '/nothing.html',
])('%s is 404', async (path) => {
  expect(
    await sendRaw(
      port,
      ['GET ', path, ' HTTP/1.1\r\nHost: localhost:', port, '\r\nConnection: close\r\n\r\n'].join(
        '',
      ),
    ),
  ).toMatchObject({ status: 404 });
});

test('only reads: another method is 404', async () => {
  expect((await fetch(`${host.origin}/index.html`, { method: 'POST' })).status).toBe(404);
});

test('a foreign Host header, as after DNS rebinding, gets nothing', async () => {
  expect(
    await sendRaw(
      port,
      rawRequest('GET /settings.json').replace('Host: localhost', 'Host: rebound.example'),
    ),
  ).toMatchObject({
    status: 421,
    body: '',
  });
});
