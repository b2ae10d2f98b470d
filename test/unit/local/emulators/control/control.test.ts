import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { type EntraEmulator, type Json, startEntra } from '../entra/entra-emulator.ts';

let entra: EntraEmulator;
beforeAll(async () => {
  entra = await startEntra();
});
afterAll(() => entra.close());
beforeEach(async () => {
  await entra.context.policies.reset();
  entra.context.recorder.clear();
});

interface ControlResponse {
  readonly status: number;
  /** Empty for a 204. */
  readonly body: Json;
}

async function callControl(
  method: string,
  path: string,
  body?: object | string,
  headers: Record<string, string> = { 'x-control-token': entra.controlToken },
): Promise<ControlResponse> {
  const response = await fetch(`${entra.context.origin}/control/${path}`, {
    method,
    headers,
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const json = response.status === 204 ? {} : await response.json();
  return { status: response.status, body: json as Json };
}

describe('authentication', () => {
  const routes = [
    { method: 'GET', path: 'records' },
    { method: 'POST', path: 'token', body: {} },
    { method: 'PUT', path: 'policies', body: {} },
  ];

  test.each(routes)('$method $path responds 401 without a token', async (route) => {
    const { status } = await callControl(route.method, route.path, route.body, {});

    expect(status).toBe(401);
  });

  test.each(routes)('$method $path responds 401 with a wrong token', async (route) => {
    const headers = { 'x-control-token': 'wrong' };
    const { status } = await callControl(route.method, route.path, route.body, headers);

    expect(status).toBe(401);
  });
});

describe('records', () => {
  test('lists what was recorded', async () => {
    await entra.exchange();

    expect((await callControl('GET', 'records')).body).toMatchObject({
      records: [{ operation: 'token' }],
    });
  });

  test('lists only the records after a sequence number', async () => {
    await entra.exchange();
    const [first] = entra.context.recorder.since(0);
    await entra.exchange();
    const [, second] = entra.context.recorder.since(0);
    const { body } = await callControl('GET', `records?since=${first?.sequence}`);

    expect(body.records).toMatchObject([{ sequence: second?.sequence }]);
  });

  test('DELETE removes the records', async () => {
    await entra.exchange();

    expect((await callControl('DELETE', 'records')).status).toBe(204);
    expect((await callControl('GET', 'records')).body.records).toEqual([]);
  });
});

describe('token', () => {
  test('returns an access token and an ID token', async () => {
    expect((await callControl('POST', 'token', { user: 'alice' })).body).toEqual({
      access_token: expect.any(String),
      id_token: expect.any(String),
    });
  });

  test('lists the users when the user is unknown', async () => {
    expect(await callControl('POST', 'token', { user: 'nobody' })).toEqual({
      status: 400,
      body: { error: 'No user "nobody". Users: alice, bob, carol, dana, gina, dirk, greta, olga.' },
    });
  });
});

describe('policies', () => {
  const mfaForAlice = { name: 'mfa', value: 'on', user: 'alice' };

  test('GET lists the policies, their values and the users', async () => {
    const { body } = await callControl('GET', 'policies');

    expect(body.policies).toContainEqual({ name: 'mfa', value: 'off' });
    expect(body).toMatchObject({
      values: { mfa: ['off', 'on'] },
      users: expect.arrayContaining(['alice']),
    });
  });

  test('PUT sets a policy for the next request', async () => {
    const { body } = await callControl('PUT', 'policies', mfaForAlice);

    expect(body.policies).toContainEqual({ ...mfaForAlice, since: expect.any(Number) });
    expect((await entra.exchange()).body.error_codes).toEqual([50076]);
  });

  test('DELETE resets the policies for the next request', async () => {
    await callControl('PUT', 'policies', mfaForAlice);
    const { body } = await callControl('DELETE', 'policies');

    expect(body.policies).toContainEqual({ name: 'mfa', value: 'off' });
    expect((await entra.exchange()).status).toBe(200);
  });

  test.each([
    {
      reason: 'an unknown policy',
      body: { name: 'mf', value: 'on' },
      message: /^No policy "mf"\. Policies: mfa, /,
    },
    {
      reason: 'an unknown value',
      body: { name: 'mfa', value: 'maybe' },
      message: /^No value "maybe" for mfa\. Values: off, on\.$/,
    },
    {
      reason: 'an unknown user',
      body: { name: 'mfa', value: 'on', user: 'nobody' },
      message: /^No user "nobody"\. Users: /,
    },
    {
      reason: 'a user for a policy that applies to all users',
      body: { name: 'signing-key', value: 'overlap', user: 'alice' },
      message: /^signing-key applies to all users\. Leave --user out\.$/,
    },
    {
      reason: 'a fault at an unknown endpoint',
      body: { name: 'fault', value: 'moon=500' },
      message: /^No endpoint "moon"\..+Endpoints: metadata, keys/,
    },
    {
      reason: 'an unknown fault',
      body: { name: 'fault', value: 'token=418' },
      message: /^No fault "418"\. Kinds: delay:MS/,
    },
    { reason: 'no value', body: { name: 'mfa' }, message: /^"value" must be a string/ },
    { reason: 'a body that is not JSON', body: '{', message: /not JSON/ },
    { reason: 'a body that is not an object', body: '[]', message: /not a JSON object/ },
  ])('PUT rejects $reason and says why', async ({ body, message }) => {
    const response = await callControl('PUT', 'policies', body);

    expect(response.status).toBe(400);
    expect(response.body.error).toMatch(message);
  });
});

describe('CORS', () => {
  const preflight = (origin: string) =>
    fetch(`${entra.context.origin}/control/policies`, {
      method: 'OPTIONS',
      headers: {
        origin,
        'access-control-request-method': 'PUT',
        'access-control-request-headers': 'x-control-token',
      },
    });

  test('allows the origin of the Client App', async () => {
    const { clientAppOrigin } = entra.context;
    const { status, headers } = await preflight(clientAppOrigin);

    expect(status).toBe(204);
    expect(headers.get('access-control-allow-origin')).toBe(clientAppOrigin);
    expect(headers.get('access-control-allow-headers')).toBe('x-control-token');
  });

  test('rejects another origin', async () => {
    const { status, headers } = await preflight('https://evil.example');

    expect(status).toBe(403);
    expect(headers.get('access-control-allow-origin')).toBeNull();
  });
});
