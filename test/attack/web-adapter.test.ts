/** The attack cases against APIs on Express and Hono, which `createWebApi` connects. */
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Api } from '../../tools/attack/case.ts';
import { describeResponse } from '../../tools/attack/case.ts';
import type { RawRequest } from '../../tools/attack/http.ts';
import { findLeaks } from '../../tools/attack/leaks.ts';
import { groups, type Result, runGroup } from '../../tools/attack/run.ts';
import { audience, type Issuer, startIssuer, tenantId } from '../support/issuer.ts';
import { createDocumentsApi, type DocumentsApi } from './apps/documents-api.ts';
import { createExpressServer } from './apps/express-app.ts';
import { createHonoServer } from './apps/hono-app.ts';
import { openApp } from './apps/open-app.ts';

/** Groups about this product's own documents, or about its emulators. */
const otherGroups = ['Objects', 'Key rotation'];
const applicableGroups = groups.filter(({ name }) => !otherGroups.includes(name));

const mebibyte = 1024 * 1024;
const jsonType = { 'content-type': 'application/json' };

const frameworks: readonly { name: string; createServer: (api: DocumentsApi) => Server }[] = [
  { name: 'Express', createServer: createExpressServer },
  { name: 'Hono', createServer: createHonoServer },
];

describe.each(frameworks)('an API on $name', ({ name, createServer }) => {
  let issuer: Issuer;
  let server: Server;
  let target: Api;
  let logLines: string[];

  beforeAll(async () => {
    issuer = await startIssuer();
    logLines = [];
    const api = createDocumentsApi(issuer, logLines);
    server = createServer(api);
    await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
    const { port } = server.address() as AddressInfo;
    target = await openApp(name, `http://localhost:${port}/api`, issuer, api);
  });

  afterAll(async () => {
    server?.closeAllConnections();
    await new Promise((closed) => server?.close(closed));
    await issuer?.close();
  });

  test.each(applicableGroups)(
    'passes all cases of the group "$name"',
    async (group) => {
      const results: Result[] = [];
      for await (const result of runGroup(target, group, true)) results.push(result);
      expect(results.filter(({ verdict }) => verdict !== 'ok')).toEqual([]);
      expect(results.length).toBeGreaterThan(0);
    },
    120_000,
  );

  /** Sends a request with a valid token below `/api`. */
  const send = ({ path, headers = {}, ...request }: RawRequest) =>
    target.send({
      path: `${target.path}/${path}`,
      headers: { authorization: `Bearer ${target.token}`, ...headers },
      ...request,
    });

  test.each<{ name: string; request: RawRequest; expected: string }>([
    {
      name: 'a JSON body',
      request: { path: 'documents/1', headers: jsonType, body: '{}' },
      expected: '200',
    },
    {
      name: 'a chunked body',
      request: { path: 'documents/1', headers: jsonType, body: '{}', chunked: true },
      expected: '411 length_required',
    },
    {
      name: 'a body of 1 MiB and one byte',
      request: { path: 'documents/1', headers: jsonType, body: `"${'x'.repeat(mebibyte - 1)}"` },
      expected: '413 too_large',
    },
    {
      name: 'a chunked body of 2 MiB',
      request: {
        path: 'documents/1',
        headers: jsonType,
        body: 'x'.repeat(2 * mebibyte),
        chunked: true,
      },
      expected: '411 length_required or closed',
    },
    {
      name: 'a body of another type',
      request: { path: 'documents/1', headers: { 'content-type': 'text/plain' }, body: '{}' },
      expected: '415 unsupported_media_type',
    },
    {
      name: 'a compressed body',
      request: {
        path: 'documents/1',
        headers: { ...jsonType, 'content-encoding': 'gzip' },
        body: '{}',
      },
      expected: '415 unsupported_media_type',
    },
  ])('answers PUT with $name with $expected', async ({ request, expected }) => {
    const outcome = describeResponse(await send({ method: 'PUT', ...request }));
    expect(expected.split(' or ')).toContain(outcome);
  });

  test.each<{ name: string; claims: Record<string, unknown>; expected: string }>([
    { name: 'without the role', claims: { acrs: ['c1'] }, expected: '403 forbidden' },
    {
      name: 'without the authentication context',
      claims: { roles: ['Documents.Manage'], xms_cc: ['cp1'] },
      expected: '401 step_up_required',
    },
    {
      name: 'with both',
      claims: { roles: ['Documents.Manage'], acrs: ['c1'] },
      expected: '204',
    },
  ])('answers DELETE $name with $expected', async ({ claims, expected }) => {
    const headers = { authorization: `Bearer ${await issuer.token(claims)}` };
    const response = await send({ method: 'DELETE', path: 'documents/1', headers });
    expect(describeResponse(response)).toBe(expected);
  });

  test('answers HEAD without a body', async () => {
    const response = await send({ method: 'HEAD', path: 'documents' });
    expect(response.status).toBe(404);
    expect(response.text).toBe('');
  });

  test('publishes its metadata', async () => {
    const path = `${target.path}/.well-known/oauth-protected-resource`;
    const { status, json } = await target.send({ path, headers: { host: 'shop.example' } });
    expect(status).toBe(200);
    expect(json).toEqual({
      resource: 'http://shop.example/api',
      authorization_servers: [`${issuer.host.href}${tenantId}/v2.0`],
      scopes_supported: [`api://${audience}/Documents.Read`, `api://${audience}/Profile.Read`],
      bearer_methods_supported: ['header'],
    });
  });

  test.each([
    'evil.example/x',
    'evil.example\\x',
    'evil.example?x',
    'evil.example#x',
    'user@evil.example',
    'evil.example:1:2',
    'evil.example, other.example',
    'evil"example',
    "evil'example",
  ])('does not repeat the malformed Host %s', async (host) => {
    const response = await target.send({ path: `${target.path}/documents`, headers: { host } });
    expect([401, 404]).toContain(response.status);
    expect(`${response.text}${JSON.stringify(response.headers)}`).not.toContain('evil');
  });

  test.each(['x/api/health?', 'x/api/health#', 'x?', 'x#'])(
    'does not let the Host %s choose the path',
    async (host) => {
      const { json } = await send({ path: 'documents', headers: { host } });
      expect(json).toEqual({ documents: [] });
    },
  );

  test('leaks nothing into its log', () => {
    expect(logLines.length).toBeGreaterThan(200);
    expect(findLeaks(logLines.join('\n'), [target.decoded.segments[2]])).toEqual([]);
  });
});
