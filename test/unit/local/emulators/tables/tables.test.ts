import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect } from 'node:net';
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { startTables } from '../../../../../local/emulators/tables/tables.ts';
import { createAzureContext, identityClaims, signBearer } from '../azure-context.ts';

let azure: Awaited<ReturnType<typeof createAzureContext>>;
let tables: Awaited<ReturnType<typeof startTables>>;
beforeAll(async () => {
  azure = await createAzureContext();
  tables = await startTables(azure.context, 0);
});
afterAll(async () => {
  await tables.close();
  await azure.remove();
});
beforeEach(async () => {
  await azure.context.policies.reset();
  azure.context.recorder.clear();
});

const audience = 'https://storage.azure.com';
const bearer = (identity: string, changes: object = {}) =>
  signBearer(azure.context, { ...identityClaims(azure.context, identity, audience), ...changes });

async function ask(path: string, authorization: string | undefined, options: RequestInit = {}) {
  const headers: Record<string, string> = {
    accept: 'application/json;odata=nometadata',
    'content-type': 'application/json',
    'x-ms-version': '2019-02-02',
    ...(authorization && { authorization }),
  };
  const answer = await fetch(`${tables.endpoint}/${path}`, { headers, ...options });
  const text = await answer.text();
  return {
    status: answer.status,
    headers: answer.headers,
    body: text ? JSON.parse(text) : undefined,
  };
}
const post = (body: object | string) => ({
  method: 'POST',
  body: typeof body === 'string' ? body : JSON.stringify(body),
});

test('serves a loopback address under the development account', () => {
  expect(tables.endpoint).toMatch(/^http:\/\/localhost:\d+\/devstoreaccount1$/);
});

test.each(['downstream-api', 'func-start'])(
  "lets %s's identity create, write, read and delete",
  async (identity) => {
    const authorization = await bearer(identity);
    const table = `T${identity.replace(/\W/g, '')}`;
    const row = { PartitionKey: "o'brien & co", RowKey: 'ü 1 (+,=)', text: '𝒢ood' };
    const created = await ask('Tables', authorization, post({ TableName: table }));
    const inserted = await ask(table, authorization, post(row));
    const key = `PartitionKey='${encodeURIComponent(row.PartitionKey.replace("'", "''"))}',RowKey='${encodeURIComponent(row.RowKey)}'`;
    const read = await ask(`${table}(${key})`, authorization);
    const removed = await ask(`Tables('${table}')`, authorization, { method: 'DELETE' });

    expect([created.status, inserted.status, read.status, removed.status]).toEqual([
      201, 201, 200, 204,
    ]);
    expect(read.body).toMatchObject(row);
  },
);

test('a long text in any script is kept as it is, wherever the store cuts its bytes', async () => {
  const authorization = await bearer('downstream-api');
  await ask('Tables', authorization, post({ TableName: 'Scripts' }));
  for (const text of [
    '山'.repeat(32_768),
    `x${'👩'.repeat(16_000)}`,
    `"\\u00e9é${'é'.repeat(32_000)}`,
  ]) {
    const row = { PartitionKey: 'é', RowKey: String(text.length), text };
    expect((await ask('Scripts', authorization, post(row))).status).toBe(201);
    const read = await ask(`Scripts(PartitionKey='%C3%A9',RowKey='${text.length}')`, authorization);
    expect(read.body.text === text).toBe(true);
  }
});

test("takes the audience with and without Azure's slash", async () => {
  expect(
    (await ask('Tables', await bearer('downstream-api', { aud: `${audience}/` }))).status,
  ).toBe(200);
});

test("refuses Original's identity, which has no role here", async () => {
  const answer = await ask('Tables', await bearer('original-api'));

  expect(answer.status).toBe(403);
  expect(answer.headers.get('x-ms-error-code')).toBe('AuthorizationPermissionMismatch');
  expect(answer.body).toMatchObject({ 'odata.error': { code: 'AuthorizationPermissionMismatch' } });
});

test.each<[string, () => Promise<string | undefined>]>([
  ['no token', async () => undefined],
  ['a token for the vault', () => bearer('downstream-api', { aud: 'https://vault.azure.net' })],
  ['an expired token', () => bearer('downstream-api', { exp: 1 })],
  ['a broken signature', async () => `${(await bearer('downstream-api')).slice(0, -6)}AAAAAA`],
  ["Azurite's own key", async () => 'SharedKeyLite devstoreaccount1:AAAA'],
])('refuses %s with 401 and says where tokens come from', async (_, authorization) => {
  const answer = await ask('Tables', await authorization());

  expect(answer.status).toBe(401);
  expect(answer.headers.get('www-authenticate')).toBe(
    `Bearer authorization_uri=${azure.context.origin}/${azure.context.directory.homeTenant.id}/oauth2/authorize resource_id=${audience}`,
  );
  expect(answer.body['odata.error'].code).toBe('InvalidAuthenticationInfo');
});

test('passes on what the store refuses', async () => {
  const authorization = await bearer('downstream-api');
  const answer = await ask('Nowhere()', authorization);

  expect(answer.status).toBe(404);
  expect(answer.body['odata.error'].code).toBe('TableNotFound');
});

test('takes 4 MiB and refuses more, announced or not, without losing the connection to the store', async () => {
  const authorization = await bearer('downstream-api');
  const large = 'x'.repeat(4 * 1024 * 1024 + 1);
  const announced = await ask('Tables', authorization, post(large));
  const streamed = await ask('Tables', authorization, {
    method: 'POST',
    body: new Blob([large]).stream(),
    duplex: 'half',
  } as RequestInit);

  expect([announced.status, streamed.status]).toEqual([413, 413]);
  expect((await ask('Tables', authorization)).status).toBe(200);
});

const oldVersion = ['Accept: application/json', 'x-ms-version: 1999-01-01'];

/** fetch does not let a caller write a Connection header. */
async function askRaw(
  authorization: string,
  host = new URL(tables.endpoint).host,
  ...more: string[]
): Promise<string> {
  const { port, pathname } = new URL(tables.endpoint);
  const lines = [
    `GET ${pathname}/Tables HTTP/1.1`,
    `Host: ${host}`,
    `Authorization: ${authorization}`,
    ...oldVersion,
    ...more,
  ];
  const socket = connect(Number(port), '127.0.0.1', () =>
    socket.write(`${lines.join('\r\n')}\r\n\r\n`),
  );
  let answer = '';
  socket.on('data', (data) => {
    answer += data;
  });
  await once(socket, 'close');
  return answer;
}

test('keeps from the store what the caller meant for its own connection', async () => {
  const authorization = await bearer('downstream-api');

  // The store refuses a version of 1999, so the header reached it here and not there.
  expect(await askRaw(authorization, undefined, 'Connection: close')).toMatch(/^HTTP\/1\.1 400 /);
  expect(await askRaw(authorization, undefined, 'Connection: close, X-MS-Version')).toMatch(
    /^HTTP\/1\.1 200 /,
  );
});

test('answers to its own loopback names only', async () => {
  const authorization = await bearer('downstream-api');

  expect(await askRaw(authorization, 'tables.example', 'Connection: close')).toMatch(
    /^HTTP\/1\.1 421 /,
  );
});

test('does what a planted fault says, until it is off', async () => {
  const authorization = await bearer('downstream-api');
  await azure.context.policies.set('fault', 'tables=503:7');
  const answer = await ask('Tables', authorization);
  await azure.context.policies.set('fault', 'tables=off');

  expect(answer.status).toBe(503);
  expect(answer.headers.get('retry-after')).toBe('7');
  expect((await ask('Tables', authorization)).status).toBe(200);
});

test('records who asked for which table, without keys, tokens or rows', async () => {
  await ask("Secretive(PartitionKey='alice',RowKey='1')", await bearer('downstream-api'));
  await ask('Tables', await bearer('original-api'));
  const records = azure.context.recorder.since(0);

  expect(records).toMatchObject([
    {
      hop: 'tables',
      operation: 'GET Secretive',
      status: 404,
      facts: { identity: 'downstream-api' },
    },
    {
      hop: 'tables',
      operation: 'GET Tables',
      status: 403,
      facts: { identity: 'original-api', error: 'AuthorizationPermissionMismatch' },
    },
  ]);
  expect(JSON.stringify(records)).not.toMatch(/eyJ|alice/);
});

test('does not start on a port that somebody else has', async () => {
  const { context, remove } = await createAzureContext();
  const busy = createServer().listen(0, '127.0.0.1');
  await once(busy, 'listening');
  const address = busy.address();
  const port = typeof address === 'object' ? (address?.port ?? 0) : 0;

  await expect(startTables(context, port)).rejects.toMatchObject({ code: 'EADDRINUSE' });
  busy.close();
  await remove();
});
