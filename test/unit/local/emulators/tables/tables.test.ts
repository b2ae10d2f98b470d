import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { startTables, type Tables } from '../../../../../local/emulators/tables/tables.ts';
import {
  createIdentityClaims,
  createTestContext,
  signBearer,
  type TestContext,
} from '../test-context.ts';

let emulators: TestContext;
let tables: Tables;
beforeAll(async () => {
  emulators = await createTestContext();
  tables = await startTables(emulators.context, 0);
});
afterAll(async () => {
  await tables.close();
  await emulators.remove();
});
beforeEach(async () => {
  await emulators.context.policies.reset();
  emulators.context.recorder.clear();
});

const audience = 'https://storage.azure.com';

/** Returns the Authorization header of a managed identity. */
function authorize(identity: string, changes: object = {}): Promise<string> {
  const claims = createIdentityClaims(emulators.context, identity, audience);
  return signBearer(emulators.context, { ...claims, ...changes });
}

const authorizeDownstream = (changes: object = {}) => authorize('downstream-api', changes);

interface TableResponse {
  readonly status: number;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: tests read any member of the JSON.
  readonly body: any;
}

async function callTables(
  path: string,
  authorization: string | undefined,
  options: RequestInit = {},
): Promise<TableResponse> {
  const headers: Record<string, string> = {
    accept: 'application/json;odata=nometadata',
    'content-type': 'application/json',
    'x-ms-version': '2019-02-02',
    ...(authorization && { authorization }),
  };
  const response = await fetch(`${tables.endpoint}/${path}`, { headers, ...options });
  const text = await response.text();
  return {
    status: response.status,
    headers: response.headers,
    body: text ? JSON.parse(text) : undefined,
  };
}

function post(body: object): RequestInit {
  return { method: 'POST', body: JSON.stringify(body) };
}

test('has an endpoint on localhost with the development account', () => {
  expect(tables.endpoint).toMatch(/^http:\/\/localhost:\d+\/devstoreaccount1$/);
});

test.each([
  { identity: 'downstream-api', table: 'OfDownstream' },
  { identity: 'func-start', table: 'OfFuncStart' },
])('lets the identity $identity create, write, read and delete', async ({ identity, table }) => {
  const authorization = await authorize(identity);
  const row = { PartitionKey: "o'brien & co", RowKey: 'ü 1 (+,=)', text: '𝒢ood' };
  const partitionKey = encodeURIComponent(row.PartitionKey.replace("'", "''"));
  const rowKey = encodeURIComponent(row.RowKey);
  const created = await callTables('Tables', authorization, post({ TableName: table }));
  const inserted = await callTables(table, authorization, post(row));
  const entityPath = `${table}(PartitionKey='${partitionKey}',RowKey='${rowKey}')`;
  const read = await callTables(entityPath, authorization);
  const deleted = await callTables(`Tables('${table}')`, authorization, { method: 'DELETE' });

  expect(created.status).toBe(201);
  expect(inserted.status).toBe(201);
  expect(read.status).toBe(200);
  expect(read.body).toMatchObject(row);
  expect(deleted.status).toBe(204);
});

// Azurite decodes a body in chunks, so a long text has characters at the boundaries of chunks.
test.each([
  { script: 'Chinese', table: 'Chinese', text: '山'.repeat(32_768) },
  { script: 'emoji', table: 'Emoji', text: `x${'👩'.repeat(16_000)}` },
  { script: 'escaped', table: 'Escaped', text: `"\\u00e9é${'é'.repeat(32_000)}` },
])('stores a long text with $script characters unchanged', async ({ table, text }) => {
  const authorization = await authorizeDownstream();
  await callTables('Tables', authorization, post({ TableName: table }));
  const row = { PartitionKey: 'é', RowKey: '1', text };
  const inserted = await callTables(table, authorization, post(row));
  const read = await callTables(`${table}(PartitionKey='%C3%A9',RowKey='1')`, authorization);

  expect(inserted.status).toBe(201);
  // A comparison by `toBe(text)` would print 32,000 characters when it fails.
  expect(read.body.text === text).toBe(true);
});

describe('authentication', () => {
  test('accepts the audience with a slash at its end', async () => {
    const authorization = await authorizeDownstream({ aud: `${audience}/` });

    expect((await callTables('Tables', authorization)).status).toBe(200);
  });

  test.each<{ name: string; createHeader: () => Promise<string | undefined> }>([
    { name: 'no token', createHeader: async () => undefined },
    {
      name: 'a token for Key Vault',
      createHeader: () => authorizeDownstream({ aud: 'https://vault.azure.net' }),
    },
    { name: 'an expired token', createHeader: () => authorizeDownstream({ exp: 1 }) },
    {
      name: 'an invalid signature',
      createHeader: async () => `${(await authorizeDownstream()).slice(0, -6)}AAAAAA`,
    },
    {
      name: 'a shared key',
      createHeader: async () => 'SharedKeyLite devstoreaccount1:AAAA',
    },
  ])('responds 401 with a challenge to $name', async ({ createHeader }) => {
    const response = await callTables('Tables', await createHeader());
    const { origin, directory } = emulators.context;
    const authorizationUri = `${origin}/${directory.homeTenant.id}/oauth2/authorize`;

    expect(response.status).toBe(401);
    expect(response.headers.get('www-authenticate')).toBe(
      `Bearer authorization_uri=${authorizationUri} resource_id=${audience}`,
    );
    expect(response.body['odata.error'].code).toBe('InvalidAuthenticationInfo');
  });

  test('responds 403 to an identity without the role', async () => {
    const response = await callTables('Tables', await authorize('original-api'));

    expect(response.status).toBe(403);
    expect(response.headers.get('x-ms-error-code')).toBe('AuthorizationPermissionMismatch');
    expect(response.body['odata.error'].code).toBe('AuthorizationPermissionMismatch');
  });
});

test('returns the errors of Azurite', async () => {
  const response = await callTables('Nowhere()', await authorizeDownstream());

  expect(response.status).toBe(404);
  expect(response.body['odata.error'].code).toBe('TableNotFound');
});

describe('a body over 4 MiB', () => {
  const text = 'x'.repeat(4 * 1024 * 1024 + 1);

  test('is rejected with Content-Length', async () => {
    const options = { method: 'POST', body: text };
    const response = await callTables('Tables', await authorizeDownstream(), options);

    expect(response.status).toBe(413);
  });

  test('is rejected in chunks', async () => {
    const body = new Blob([text]).stream();
    const options = { method: 'POST', body, duplex: 'half' } as RequestInit;
    const response = await callTables('Tables', await authorizeDownstream(), options);

    expect(response.status).toBe(413);
  });

  test('does not affect the next request', async () => {
    const authorization = await authorizeDownstream();
    await callTables('Tables', authorization, { method: 'POST', body: text });

    expect((await callTables('Tables', authorization)).status).toBe(200);
  });
});

describe('raw requests', () => {
  interface RawRequest {
    readonly host?: string;
    readonly connection: string;
    readonly version?: string;
  }

  /** Lists the tables with headers that fetch does not allow. Resolves to the raw response. */
  async function sendRaw({ host, connection, version = '2019-02-02' }: RawRequest) {
    const endpoint = new URL(tables.endpoint);
    const lines = [
      `GET ${endpoint.pathname}/Tables HTTP/1.1`,
      `Host: ${host ?? endpoint.host}`,
      `Authorization: ${await authorizeDownstream()}`,
      'Accept: application/json',
      `x-ms-version: ${version}`,
      `Connection: ${connection}`,
    ];
    const socket = connect(Number(endpoint.port), '127.0.0.1', () => {
      socket.write(`${lines.join('\r\n')}\r\n\r\n`);
    });
    let response = '';
    socket.on('data', (data) => {
      response += data;
    });
    await once(socket, 'close');
    return response;
  }

  const unsupportedVersion = '1999-01-01';

  test('forward the headers of the caller', async () => {
    const response = await sendRaw({ connection: 'close', version: unsupportedVersion });

    expect(response).toMatch(/^HTTP\/1\.1 400 /);
  });

  test('do not forward a header that Connection lists', async () => {
    const response = await sendRaw({
      connection: 'close, X-MS-Version',
      version: unsupportedVersion,
    });

    expect(response).toMatch(/^HTTP\/1\.1 200 /);
  });

  test('respond 421 to another host', async () => {
    const response = await sendRaw({ host: 'tables.example', connection: 'close' });

    expect(response).toMatch(/^HTTP\/1\.1 421 /);
  });
});

describe('an injected fault', () => {
  test('replaces the response', async () => {
    await emulators.context.policies.set('fault', 'tables=503:7');
    const response = await callTables('Tables', await authorizeDownstream());

    expect(response.status).toBe(503);
    expect(response.headers.get('retry-after')).toBe('7');
  });

  test('ends when it is set to off', async () => {
    await emulators.context.policies.set('fault', 'tables=503:7');
    await emulators.context.policies.set('fault', 'tables=off');

    expect((await callTables('Tables', await authorizeDownstream())).status).toBe(200);
  });
});

describe('records', () => {
  test('have the identity, the table and the error', async () => {
    await callTables('Unknown()', await authorizeDownstream());
    await callTables('Tables', await authorize('original-api'));

    expect(emulators.context.recorder.since(0)).toMatchObject([
      {
        hop: 'tables',
        operation: 'GET Unknown',
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
  });

  test('have no keys and no tokens', async () => {
    const path = "Unknown(PartitionKey='alice',RowKey='1')";
    await callTables(path, await authorizeDownstream());

    expect(JSON.stringify(emulators.context.recorder.since(0))).not.toMatch(/eyJ|alice/);
  });
});

test('fails when the port is in use', async () => {
  const { context, remove } = await createTestContext();
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;

  await expect(startTables(context, port)).rejects.toMatchObject({ code: 'EADDRINUSE' });
  server.close();
  await remove();
});
