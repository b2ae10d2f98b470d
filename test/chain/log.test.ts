import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { call } from '../support/call.ts';
import { type Stack, startStack } from '../support/stack.ts';
import { until } from '../support/until.ts';
import { objectIdOf } from './tenant.ts';
import { etagOf, signIn, type User } from './user.ts';

let stack: Stack;
let originalUrl: string;
beforeAll(async () => {
  stack = await startStack();
  originalUrl = stack.urls.originalApi;
}, 120_000);
afterAll(() => stack?.stop());

describe('the log', () => {
  beforeAll(async () => {
    for (const user of ['alice', 'bob', 'dana']) {
      const token = await stack.token(user);
      await call(`${originalUrl}/journey`, { token });
      await call(`${originalUrl}/profiles/${objectIdOf('bob')}`, { token });
      // Refusals: no token, a token for the other API, and headers that claim an identity.
      await call(`${originalUrl}/journey`);
      await call(`${stack.urls.downstreamApi}/caller`, { token });
      const claimed = { 'x-ms-client-principal-id': objectIdOf(user) };
      await call(`${originalUrl}/journey`, { headers: claimed });
    }
    const appOnly = { app: true, scope: 'original-api/.default' };
    await call(`${originalUrl}/journey`, { token: await stack.token(undefined, appOnly) });
  });

  test('has a line for every request', () => {
    const lines = stack.output().filter((line) => line.includes('"route"'));
    expect(lines.length).toBeGreaterThan(10);
    for (const line of lines) {
      expect(JSON.parse(line)).toMatchObject({
        status: expect.any(Number),
        correlationId: expect.stringMatching(/^[0-9a-f-]{36}$/),
        traceparent: expect.any(String),
      });
    }
  });

  test('contains no token, no key and no text of Entra', () => {
    expect(stack.output().join('\n')).not.toMatch(/eyJ[\w-]{10,}\.|@contoso|BEGIN|AADSTS/);
  });

  test.each(['alice', 'bob', 'dana'])('does not contain the object id of %s', (user) => {
    expect(stack.output().join('\n')).not.toContain(objectIdOf(user));
  });
});

test('one correlation id connects both APIs and Entra', async () => {
  const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
  const correlationId = '0af76519-16cd-43dd-8448-eb211c80319c';
  const { headers } = await call(`${originalUrl}/journey`, {
    token: await stack.token('carol'),
    headers: { traceparent },
  });
  expect(headers.get('x-correlation-id')).toBe(correlationId);

  const records = await stack.records();
  const hops = records
    .filter((record) => record.correlationId === correlationId)
    .map(({ hop }) => hop);
  expect(new Set(hops)).toEqual(new Set(['entra', 'original-api', 'downstream-api']));
});

describe('the log of Downstream API names the check that failed', () => {
  let alice: User;
  let bob: User;
  let carol: User;
  beforeAll(async () => {
    alice = await signIn(stack, 'alice');
    bob = await signIn(stack, 'bob');
    carol = await signIn(stack, 'carol');
  });

  const change = { title: 'x', text: 'y' };
  /** Alice creates a document with bob as a writer. */
  async function shareWithBob() {
    const id = randomUUID();
    const writers = [bob.objectId];
    const created = await alice.create(id, { title: 'Why', text: '', writers });
    return { id, ifMatch: { 'if-match': etagOf(created) } };
  }
  type Shared = Awaited<ReturnType<typeof shareWithBob>>;

  test.each([
    {
      name: 'a document that does not exist',
      check: 'exists',
      status: 404,
      send: () => carol.call('documents/why-not'),
    },
    {
      name: 'a read of a document that is not shared',
      check: 'reader',
      status: 404,
      send: ({ id }: Shared) => carol.read(id),
    },
    {
      name: 'a change of a document that is not shared',
      check: 'reader',
      status: 404,
      send: ({ id, ifMatch }: Shared) =>
        carol.call(`documents/${id}`, { method: 'PUT', json: change, headers: ifMatch }),
    },
    {
      name: 'a deletion by a writer',
      check: 'owner',
      status: 403,
      send: ({ id, ifMatch }: Shared) =>
        bob.call(`documents/${id}`, { method: 'DELETE', headers: ifMatch }),
    },
    {
      name: 'a change of the writers by a writer',
      check: 'owner',
      status: 403,
      send: ({ id, ifMatch }: Shared) =>
        bob.call(`documents/${id}`, {
          method: 'PUT',
          json: { ...change, writers: [] },
          headers: ifMatch,
        }),
    },
    {
      name: 'a creation of a document that exists',
      check: 'precondition',
      status: 412,
      send: ({ id }: Shared) => alice.create(id, change),
    },
    {
      name: "a read of another user's profile",
      check: 'own-or-manager',
      status: 403,
      send: () => carol.call(`profiles/${alice.objectId}`),
    },
  ])(
    '$name is logged with status $status and the check "$check"',
    async ({ check, status, send }) => {
      const { json } = await send(await shareWithBob());
      expect(json).toMatchObject({ status });

      // Downstream API asks for a step-up before a deletion, which writes a line of its own.
      const findLogLine = () =>
        stack
          .output()
          .filter((line) => line.includes(json.correlationId) && line.includes('"downstream-api"'))
          .find((line) => JSON.parse(line).status === status);
      await until('the log line of Downstream API', () => findLogLine() !== undefined);
      expect(JSON.parse(findLogLine() ?? '')).toMatchObject({ status, check });
    },
  );
});
