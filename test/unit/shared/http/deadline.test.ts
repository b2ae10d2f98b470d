import { getEventListeners } from 'node:events';
import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { ApiError } from '../../../../shared/api-error.ts';
import { type Call, createApi } from '../../../../shared/http/create-api.ts';
import { createDeadline, withDeadline } from '../../../../shared/http/deadline.ts';
import type { Caller } from '../../../../shared/token/caller.ts';

beforeEach(() => void jest.useFakeTimers());
afterEach(() => void jest.useRealTimers());

const never = new Promise<never>(() => {});

test('work is waited for until the signal is aborted, also when it was aborted before', async () => {
  const { signal } = createDeadline(1_000);
  const outcome = withDeadline(signal, never).catch((apiError: ApiError) => apiError.code);
  jest.advanceTimersByTime(1_000);
  expect(await outcome).toBe('timeout');
  await expect(withDeadline(signal, never)).rejects.toMatchObject({
    code: 'timeout',
    options: { logContext: { check: 'deadline' } },
  });
});

test('what is over leaves no listener at the signal and no timer', async () => {
  const { signal, close } = createDeadline(1_000);
  await withDeadline(signal, Promise.resolve('done'));
  await withDeadline(signal, Promise.reject(new Error('failed'))).catch(() => {});
  expect(getEventListeners(signal, 'abort')).toHaveLength(0);
  expect(jest.getTimerCount()).toBe(1);
  close();
  expect(jest.getTimerCount()).toBe(0);
});

function serve(handle: (call: Call) => Promise<object>) {
  const api = createApi({
    name: 'test',
    validate: async () =>
      ({ clientId: 'app', scopes: ['Read'], tenantId: 't', objectId: 'o' }) as unknown as Caller,
    clients: { clientIds: ['app'], confidential: false },
    origins: ['https://app.example'],
    challenge: { clientId: 'api', authorizationUri: 'https://login.example/authorize' },
  });
  const lines: string[] = [];
  const log = {
    info: (line: string) => lines.push(line),
    error: (line: string) => lines.push(line),
  };
  const { handler } = api.route('things', { GET: { scopes: ['Read'], handler: handle } });
  const ask = async (headers: Record<string, string> = {}) => {
    const request = {
      method: 'GET',
      headers: new Headers({ authorization: 'Bearer a.b.c', ...headers }),
      query: new URLSearchParams(),
    };
    return (await handler(request as never, log as never)) as {
      status: number;
      headers: Record<string, string>;
      body: string;
    };
  };
  return { ask, lines };
}

test('a request that hangs is answered after 10 s, its signal aborted, and what its work comes to later is nobody’s', async () => {
  const { promise, reject } = Promise.withResolvers<object>();
  let signal: AbortSignal | undefined;
  const { ask, lines } = serve((call) => {
    signal = call.signal;
    return promise;
  });
  const answer = ask();
  await jest.advanceTimersByTimeAsync(9_999);
  expect([signal?.aborted, lines.length]).toEqual([false, 0]);
  await jest.advanceTimersByTimeAsync(1);
  expect([signal?.aborted, (await answer).status, lines.length]).toEqual([true, 504, 1]);
  reject(new Error('late'));
  await jest.advanceTimersByTimeAsync(0);
  expect([jest.getTimerCount(), lines.length]).toEqual([0, 1]);
});

test('a request that is answered, well or not, leaves no timer', async () => {
  await serve(async () => ({ json: {} })).ask();
  await serve(() => Promise.reject(new ApiError('not_found'))).ask();
  expect(jest.getTimerCount()).toBe(0);
});

test('a apiError that cannot be written is a bug like any other: 500 without words', async () => {
  const claims: Record<string, unknown> = { access_token: {} };
  claims.itself = claims;
  const { status, body } = await serve(() =>
    Promise.reject(new ApiError('step_up_required', { claims })),
  ).ask();
  expect([status, JSON.parse(body).code]).toEqual([500, 'unexpected']);
});

test('an app’s own token is told which scopes a user’s would need', async () => {
  const { ask } = serve(() =>
    Promise.reject(new ApiError('insufficient_scope', { detail: 'An app cannot.' })),
  );
  const { headers, body } = await ask();
  expect(headers['www-authenticate']).toContain('scope="Read"');
  expect(JSON.parse(body)).toMatchObject({ scopes: ['Read'], detail: 'An app cannot.' });
});

test.each([
  'https://app.example.evil.example',
  'https://app.exampl',
  'http://app.example',
  'https://APP.example',
  'null',
])('the origin %s may read nothing, and caches are told that origins differ', async (origin) => {
  const { headers } = await serve(async () => ({ json: {} })).ask({ origin });
  expect(headers).toMatchObject({
    vary: 'Origin',
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  });
  expect(Object.keys(headers).filter((name) => name.startsWith('access-control'))).toEqual([]);
});
