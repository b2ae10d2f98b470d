import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { createManagedIdentity } from '../../../../../local/emulators/managed-identity/managed-identity.ts';
import { openPlatformKeys } from '../../../../../local/emulators/managed-identity/platform-keys.ts';
import { ask, createAzureContext } from '../azure-context.ts';

let azure: Awaited<ReturnType<typeof createAzureContext>>;
let identity: ReturnType<typeof createManagedIdentity>;
beforeAll(async () => {
  azure = await createAzureContext();
  identity = createManagedIdentity(azure.context);
});
afterAll(() => azure.remove());
beforeEach(() => azure.context.recorder.clear());

const vault = 'https://vault.azure.net';
const clientIdOf = (name: string) => azure.context.directory.identity(name)?.clientId ?? '';
const path = (query: Record<string, string>) =>
  `/msi/token?${new URLSearchParams({ 'api-version': '2019-08-01', resource: vault, ...query })}`;
const headerOf = (name: keyof typeof identity.headers) => ({
  'x-identity-header': identity.headers[name],
});

const verify = async (body: Record<string, string>) =>
  (await openPlatformKeys(azure.context)).verify(body.access_token ?? '');

async function askToken(
  name: 'original-api' | 'downstream-api' | 'func-start',
  query: Record<string, string> = {},
) {
  const clientId: Record<string, string> =
    name === 'func-start' ? {} : { client_id: clientIdOf(name) };
  const answer = await ask(identity.endpoint, path({ ...clientId, ...query }), headerOf(name));
  return { answer, body: answer.body as Record<string, string> };
}

test('answers as App Service does, for 24 hours', async () => {
  const { answer, body } = await askToken('original-api');
  const claims = await verify(body);
  const { clientId, principalId } = azure.context.directory.identity('original-api') ?? {};

  expect(answer.status).toBe(200);
  expect(answer.headers).toMatchObject({ 'Cache-Control': 'no-store' });
  expect(body).toEqual({
    access_token: expect.any(String),
    client_id: clientId,
    expires_on: String(claims.exp),
    resource: vault,
    token_type: 'Bearer',
  });
  expect(claims).toMatchObject({
    aud: vault,
    oid: principalId,
    sub: principalId,
    appid: clientId,
    idtyp: 'app',
    ver: '1.0',
  });
  expect(claims.iss).toBe(`${azure.context.origin}/${azure.context.directory.homeTenant.id}/`);
  expect(Number(claims.exp) - Number(claims.iat)).toBe(86_400);
});

test('issues the token of a federated credential as v2.0, so that Entra finds its issuer', async () => {
  const { body } = await askToken('original-api', { resource: 'api://AzureADTokenExchange' });

  expect(await verify(body)).toMatchObject({
    aud: 'api://AzureADTokenExchange',
    iss: `${azure.context.origin}/${azure.context.directory.homeTenant.id}/v2.0`,
    sub: azure.context.directory.identity('original-api')?.principalId,
    ver: '2.0',
  });
});

test('keeps the audience as it was asked, slash and all', async () => {
  const { body } = await askToken('downstream-api', { resource: 'https://storage.azure.com/' });

  expect(await verify(body)).toMatchObject({ aud: 'https://storage.azure.com/' });
});

test('gives the system-assigned identity to the one host that names no client id', async () => {
  const { answer, body } = await askToken('func-start');

  expect(answer.status).toBe(200);
  expect(body.client_id).toBe(clientIdOf('func-start'));
});

test.each([
  ['no header', {}],
  ['an empty header', { 'x-identity-header': '' }],
  ['a wrong header', { 'x-identity-header': 'f'.repeat(64) }],
])('refuses %s with 401', async (_, headers) => {
  const answer = await ask(
    identity.endpoint,
    path({ client_id: clientIdOf('original-api') }),
    headers,
  );

  expect(answer).toMatchObject({
    status: 401,
    body: { statusCode: 401, message: 'The x-identity-header is missing or wrong.' },
  });
});

test.each([
  ['an unknown client id', { client_id: '00000000-0000-4000-8000-000000000000' }],
  ["another app's client id", { client_id: '1de40000-0000-4000-8000-0000000000b2' }],
  ['no client id where the identity is user-assigned', {}],
  [
    'an unknown resource',
    { client_id: '1de40000-0000-4000-8000-0000000000b1', resource: 'https://graph.microsoft.com' },
  ],
  [
    'an older protocol',
    { client_id: '1de40000-0000-4000-8000-0000000000b1', 'api-version': '2017-09-01' },
  ],
])('refuses %s with 400 and no token', async (_, query) => {
  const answer = await ask(identity.endpoint, path(query), headerOf('original-api'));

  expect(answer.status).toBe(400);
  expect(answer.body).toEqual({
    statusCode: 400,
    message: expect.any(String),
    correlationId: expect.any(String),
  });
});

test('refuses a client id from the host whose identity is system-assigned', async () => {
  expect(
    (await askToken('func-start', { client_id: clientIdOf('func-start') })).answer.status,
  ).toBe(400);
});

test('answers GET only, and only its own path', async () => {
  expect(await ask(identity.endpoint, path({}), headerOf('func-start'), 'POST')).toMatchObject({
    status: 405,
  });
  expect(await ask(identity.endpoint, '/msi/tokens', headerOf('func-start'))).toEqual({
    status: 0,
  });
});

test('records who asked for what, and never the token or the header', async () => {
  const { body } = await askToken('original-api');
  await askToken('original-api', { client_id: 'nobody' });
  const [issued, refused] = azure.context.recorder.since(0);

  expect(issued).toMatchObject({
    hop: 'managed-identity',
    operation: 'identity-token',
    status: 200,
  });
  expect(issued?.facts).toEqual({ identity: 'original-api', resource: vault });
  expect(refused).toMatchObject({
    status: 400,
    facts: { identity: 'original-api', error: expect.stringContaining('No User Assigned') },
  });
  expect(JSON.stringify([issued, refused])).not.toContain(body.access_token);
  expect(JSON.stringify([issued, refused])).not.toContain(identity.headers['original-api']);
});

test('keeps the headers over a restart, in a file that only its owner may read', async () => {
  const file = join(azure.context.dataDir, 'identity-headers.json');

  expect(createManagedIdentity(azure.context).headers).toEqual(identity.headers);
  expect(JSON.parse(await readFile(file, 'utf8'))).toEqual(identity.headers);
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  expect(new Set(Object.values(identity.headers)).size).toBe(3);
});
