import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type ClientAppHost, startClientAppHost } from '../../../local/client-app-host.ts';
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
const siteFiles = [
  'index.html',
  'redirect.html',
  'main.js',
  'styles.css',
  'main.js.map',
  'notes.txt',
];

let folder: string;
let host: ClientAppHost;
let port: number;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'client-app-'));
  const site = join(folder, 'site');
  mkdirSync(site);
  for (const name of siteFiles) writeFileSync(join(site, name), `<${name}>`);
  writeFileSync(join(folder, 'secret.json'), 'secret');
  host = await startClientAppHost({ port: 0, folder: site, settings });
  port = Number(new URL(host.origin).port);
});

afterAll(async () => {
  await host.close();
  rmSync(folder, { recursive: true });
});

async function fetchPolicy(path: string): Promise<readonly string[]> {
  const response = await fetch(`${host.origin}${path}`);
  return response.headers.get('content-security-policy')?.split('; ') ?? [];
}

test('serves index.html at the root', async () => {
  const response = await fetch(`${host.origin}/?code=1`);
  expect(await response.text()).toBe('<index.html>');
  expect(Object.fromEntries(response.headers)).toMatchObject({
    'content-type': 'text/html; charset=utf-8',
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'cache-control': 'no-cache',
  });
});

test('the policy allows only connections to the emulators and Original API', async () => {
  expect(await fetchPolicy('/')).toEqual([
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

test('the redirect page may be framed by its own origin', async () => {
  expect(await fetchPolicy('/redirect.html')).toContain("frame-ancestors 'self'");
});

test('no other page may be framed', async () => {
  expect(await fetchPolicy('/index.html')).toContain("frame-ancestors 'none'");
});

test('settings.json contains the settings of this run', async () => {
  const response = await fetch(`${host.origin}/settings.json`);
  expect(await response.json()).toEqual(settings);
});

test('another origin cannot read settings.json', async () => {
  const { headers } = await fetch(`${host.origin}/settings.json`);
  expect(headers.get('access-control-allow-origin')).toBeNull();
  expect(headers.get('cross-origin-resource-policy')).toBe('same-origin');
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
])('%s gets 404', async (path) => {
  const request = rawRequest(`GET ${path}`).replace('localhost', `localhost:${port}`);
  const { status } = await sendRaw(port, request);
  expect(status).toBe(404);
});

test('a POST gets 404', async () => {
  const { status } = await fetch(`${host.origin}/index.html`, { method: 'POST' });
  expect(status).toBe(404);
});

test('another Host header gets 421, as in a DNS rebinding attack', async () => {
  const request = rawRequest('GET /settings.json').replace('localhost', 'rebound.example');
  const response = await sendRaw(port, request);
  expect(response).toMatchObject({ status: 421, body: '' });
});
