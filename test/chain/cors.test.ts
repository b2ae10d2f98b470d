import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { call } from '../support/call.ts';
import { type Stack, startStack } from '../support/stack.ts';

let stack: Stack;
beforeAll(async () => {
  stack = await startStack();
}, 120_000);
afterAll(() => stack?.stop());

const callOriginal = (path: string, origin: string, method = 'GET') =>
  call(`${stack.urls.originalApi}/${path}`, { method, headers: { origin } });

test('a preflight from the Client App needs no token', async () => {
  const { status, headers } = await call(`${stack.urls.originalApi}/documents/x`, {
    method: 'OPTIONS',
    headers: {
      origin: stack.urls.clientApp,
      'access-control-request-method': 'PUT',
      'access-control-request-headers': 'authorization,if-match',
    },
  });
  expect(status).toBe(204);
  expect(headers.get('access-control-allow-origin')).toBe(stack.urls.clientApp);
  expect(headers.get('access-control-allow-methods')).toContain('PUT');
  expect(headers.get('access-control-allow-headers')).toContain('if-match');
});

test.each([
  { name: '401', path: 'documents' },
  { name: '404', path: 'nothing' },
])('the Client App can read a $name and its headers', async ({ path }) => {
  const { headers } = await callOriginal(path, stack.urls.clientApp);
  expect(headers.get('access-control-allow-origin')).toBe(stack.urls.clientApp);
  expect(headers.get('access-control-expose-headers')).toBe('WWW-Authenticate, Retry-After, ETag');
});

test.each([
  { name: 'another site', write: () => 'https://evil.example' },
  { name: 'the null origin', write: () => 'null' },
  {
    name: 'a host that starts like the Client App',
    write: (origin: string) => `${origin}.evil.example`,
  },
  {
    name: 'the Client App with another scheme',
    write: (origin: string) => `https://${new URL(origin).host}`,
  },
  { name: 'the Client App with a path', write: (origin: string) => `${origin}/` },
])('Original API allows no access from $name', async ({ write }) => {
  const origin = write(stack.urls.clientApp);
  for (const method of ['GET', 'OPTIONS']) {
    const { headers } = await callOriginal('documents', origin, method);
    expect(headers.get('access-control-allow-origin')).toBeNull();
  }
});

test('Downstream API allows no access from any browser', async () => {
  const { headers } = await call(`${stack.urls.downstreamApi}/documents`, {
    headers: { origin: stack.urls.clientApp },
  });
  expect(headers.get('access-control-allow-origin')).toBeNull();
});
