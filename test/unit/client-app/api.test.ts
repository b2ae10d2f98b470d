import { expect, test } from '@jest/globals';
import * as v from 'valibot';
import { type ApiRequest, createApi } from '../../../client-app/api.ts';
import { Refusal } from '../../../client-app/auth/problem.ts';

const shape = v.object({ title: v.string() });

/** An API behind a fetch of the test's own, and what it was asked. */
function apiThat(answer: () => Response | Promise<Response>) {
  const asked: { url: string; init: RequestInit; headers: Headers }[] = [];
  const tokens: string[] = [];
  const api = createApi({
    baseUrl: 'http://localhost:1/api',
    acquireToken: async (scope) => {
      tokens.push(scope);
      return 'token-a';
    },
    fetch: async (url, init = {}) => {
      asked.push({ url: String(url), init, headers: new Headers(init.headers) });
      return answer();
    },
  });
  return { api, asked, tokens };
}

const good = () => Response.json({ title: 'T' }, { headers: { etag: 'W/"1"' } });
const get: ApiRequest = { method: 'GET', path: 'documents/1', scope: 'Documents.Read' };

test('asks for the scope of the call, sends the token in the header alone, and gives value and version', async () => {
  const { api, asked, tokens } = apiThat(good);
  expect(await api.call(get, shape)).toEqual({ value: { title: 'T' }, etag: 'W/"1"' });
  expect(tokens).toEqual(['Documents.Read']);
  expect(asked[0]?.url).toBe('http://localhost:1/api/documents/1');
  expect(asked[0]?.headers.get('authorization')).toBe('Bearer token-a');
  expect(asked[0]?.init).toMatchObject({
    credentials: 'omit',
    redirect: 'error',
    cache: 'no-store',
  });
});

test('starts a trace of its own with every call', async () => {
  const { api, asked } = apiThat(good);
  await api.call(get, shape);
  await api.call(get, shape);
  const traces = asked.map(({ headers }) => headers.get('traceparent'));
  for (const trace of traces) expect(trace).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/);
  expect(traces[0]).not.toBe(traces[1]);
});

test('names the version that a change is based on, or that there must be none', async () => {
  const { api, asked } = apiThat(good);
  await api.call(
    {
      method: 'PUT',
      path: 'x',
      scope: 'Documents.ReadWrite',
      body: { title: 'T' },
      basedOn: 'W/"1"',
    },
    shape,
  );
  await api.call(
    {
      method: 'PUT',
      path: 'x',
      scope: 'Documents.ReadWrite',
      body: { title: 'T' },
      basedOn: 'none',
    },
    shape,
  );
  expect(
    asked.map(({ headers }) => [headers.get('if-match'), headers.get('if-none-match')]),
  ).toEqual([
    ['W/"1"', null],
    [null, '*'],
  ]);
  expect(asked[0]?.headers.get('content-type')).toBe('application/json');
  expect(asked[0]?.init.body).toBe('{"title":"T"}');
});

test('an answer of 204 has nothing to read', async () => {
  const { api } = apiThat(() => new Response(null, { status: 204 }));
  expect(
    await api.call(
      { method: 'DELETE', path: 'x', scope: 'Documents.ReadWrite', basedOn: 'W/"1"' },
      v.undefined(),
    ),
  ).toEqual({
    value: undefined,
    etag: undefined,
  });
});

test('a refusal carries the problem', async () => {
  const { api } = apiThat(() =>
    Response.json({ code: 'blocked', correlationId: 'c' }, { status: 403 }),
  );
  await expect(api.call(get, shape)).rejects.toMatchObject({
    name: 'Refusal',
    problem: { code: 'blocked', status: 403, correlationId: 'c' },
  });
});

test('a success of a strange shape is a bad gateway, not a value', async () => {
  for (const body of ['', '<html>', '{"title":5}', '[]']) {
    const { api } = apiThat(() => new Response(body));
    await expect(api.call(get, shape)).rejects.toMatchObject({ problem: { code: 'bad_gateway' } });
  }
});

test('no answer is told apart from an answer that came too late', async () => {
  const broken = apiThat(() => Promise.reject(new TypeError('Failed to fetch')));
  await expect(broken.api.call(get, shape)).rejects.toMatchObject({
    problem: { code: 'unreachable', status: 0 },
  });
  const late = apiThat(() => Promise.reject(new DOMException('late', 'TimeoutError')));
  await expect(late.api.call(get, shape)).rejects.toMatchObject({
    problem: { code: 'timeout', status: 0 },
  });
});

/** An API that gives its answers one after another, and tokens of which the renewed ones are told apart. */
function apiWith(answers: readonly Response[], renew: (renewal: object) => string) {
  const used: (string | null)[] = [];
  const traces: string[] = [];
  const renewals: object[] = [];
  const left = [...answers];
  const api = createApi({
    baseUrl: 'http://localhost:1/api',
    acquireToken: async (_scope, correlationId, renewal) => {
      traces.push(correlationId);
      if (!renewal) return 'first';
      renewals.push(renewal);
      return renew(renewal);
    },
    fetch: async (_url, init = {}) => {
      used.push(new Headers(init.headers).get('authorization'));
      return left.shift() ?? new Response(null, { status: 500 });
    },
  });
  return { api, used, renewals, traces };
}

const stepUp = () =>
  Response.json({ code: 'step_up_required', claims: { access_token: { a: 1 } } }, { status: 401 });

test('a challenge is answered silently first: a new token for its claims, asked for in the same trace, and one more call', async () => {
  const { api, used, renewals, traces } = apiWith([stepUp(), good()], () => 'second');
  expect((await api.call(get, shape)).value).toEqual({ title: 'T' });
  expect(used).toEqual(['Bearer first', 'Bearer second']);
  expect(renewals).toEqual([{ claims: '{"access_token":{"a":1}}' }]);
  expect(traces[0]).toBe(traces[1]);
});

test('a challenge of the new token is the refusal: two calls, never three', async () => {
  const { api, used } = apiWith([stepUp(), stepUp(), good()], () => 'second');
  await expect(api.call(get, shape)).rejects.toMatchObject({
    problem: { code: 'step_up_required', claims: '{"access_token":{"a":1}}' },
  });
  expect(used.length).toBe(2);
});

test('where Entra wants the person, the API’s refusal stands; any other word of Entra counts', async () => {
  for (const [entras, told] of [
    ['step_up_required', 'step_up_required'],
    ['sign_in_again', 'step_up_required'],
    ['blocked', 'blocked'],
    ['unavailable', 'unavailable'],
  ] as const) {
    const { api, used } = apiWith([stepUp()], () => {
      throw new Refusal({ code: entras, status: 0, correlationId: 'e' });
    });
    await expect(api.call(get, shape)).rejects.toMatchObject({ problem: { code: told } });
    expect(used.length).toBe(1);
  }
});

test('a refusal that no token mends asks for none', async () => {
  for (const code of [
    'blocked',
    'account_disabled',
    'not_assigned',
    'consent_required',
    'forbidden',
    'unavailable',
  ]) {
    const { api, renewals } = apiWith([Response.json({ code }, { status: 403 })], () => 'second');
    await expect(api.call(get, shape)).rejects.toMatchObject({ problem: { code } });
    expect(renewals).toEqual([]);
  }
});
