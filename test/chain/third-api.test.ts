/** A chain of three APIs: the third one and the one in the middle consist of `shared` alone. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { HttpFunctionOptions } from '@azure/functions';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { createManagedIdentity } from '../../downstream-api/managed-identity.ts';
import { createEntra } from '../../shared/entra.ts';
import { createApi } from '../../shared/http/create-api.ts';
import { createDownstream } from '../../shared/http/downstream.ts';
import { federatedCredential } from '../../shared/obo/federated-credential.ts';
import { createOnBehalfOf } from '../../shared/obo/on-behalf-of.ts';
import { requireAuthContext } from '../../shared/token/authorize.ts';
import { createKeys } from '../../shared/token/keys.ts';
import { createValidator } from '../../shared/token/validate.ts';
import { call } from '../support/call.ts';
import { findFreePorts } from '../support/free-ports.ts';
import { type ServedApi, serveApi } from '../support/serve-api.ts';
import { type Stack, startStack } from '../support/stack.ts';
import { c1Claims, decodeClaims } from './claims-challenge.ts';
import { objectIdOf, tenant } from './tenant.ts';

const alice = objectIdOf('alice');
const scope = 'Things.Delete';
const thirdApp = {
  appId: '7412d000-0000-4000-8000-0000000000a6',
  displayName: 'Third API',
  scopes: [scope],
  preAuthorized: ['downstream-api'],
  policyTarget: true,
};
const apps = {
  ...tenant.apps,
  'downstream-api': { ...tenant.apps['downstream-api'], federatedIdentity: 'downstream-api' },
  'third-api': thirdApp,
};
const originalId: string = apps['original-api'].appId;
const middleId: string = apps['downstream-api'].appId;

let stack: Stack;
let third: ServedApi;
let middle: ServedApi;
/** Object ids of the users who called the third API. */
let callers: string[];
beforeAll(async () => {
  // The stack needs the URL of the API in the middle, which needs the stack for its metadata.
  const [middlePort = 0] = await findFreePorts(1);
  stack = await startStack({
    directory: { ...tenant, apps },
    set: { DOWNSTREAM_API_URL: `http://localhost:${middlePort}/api/downstream` },
  });
  third = await serveApi([createThirdRoute()]);
  middle = await serveApi([createMiddleRoute(third.url)], [], middlePort);
}, 120_000);
afterAll(() => Promise.all([stack?.stop(), third?.close(), middle?.close()]));
beforeEach(() => {
  callers = [];
});
afterEach(() => stack.resetPolicies());

function createTestApi(options: { name: string; clientId: string; callerId: string }) {
  const { name, clientId, callerId } = options;
  return createApi({
    name,
    validate: createValidator({
      keys: createKeys({ authorityHost: new URL(stack.urls.emulators) }),
      tenantIds: [tenant.tenants.contoso.id],
      audience: clientId,
    }),
    clients: { clientIds: [callerId], confidential: true },
    origins: [],
    challenge: { clientId, authorizationUri: `${stack.urls.emulators}/authorize` },
  });
}

function createThirdRoute(): HttpFunctionOptions {
  const api = createTestApi({ name: 'third-api', clientId: thirdApp.appId, callerId: middleId });
  return api.route('things', {
    GET: {
      scopes: [scope],
      handler: async ({ caller }) => {
        callers.push(caller.objectId);
        requireAuthContext(caller, 'c1');
        return { json: { oid: caller.objectId, acrs: caller.authContexts } };
      },
    },
  });
}

function createMiddleRoute(thirdUrl: URL): HttpFunctionOptions {
  const authorityHost = new URL(stack.urls.emulators);
  const headerFile = join(stack.dataDir, 'identity-headers.json');
  const identityHeaders = JSON.parse(readFileSync(headerFile, 'utf8'));
  const identity = createManagedIdentity({
    IDENTITY_ENDPOINT: `${stack.urls.emulators}/msi/token`,
    IDENTITY_HEADER: identityHeaders['downstream-api'],
    AZURE_CLIENT_ID: tenant.identities['downstream-api'].clientId,
  });
  const onBehalfOf = createOnBehalfOf({
    entra: createEntra({ tenantIds: [tenant.tenants.contoso.id], authorityHost }),
    clientId: middleId,
    credential: federatedCredential({ identity }),
  });
  const thirdApi = createDownstream({
    baseUrl: thirdUrl,
    scopes: [`api://${thirdApp.appId}/${scope}`],
    audiences: [thirdApp.appId],
    own: true,
    onBehalfOf,
  });
  const api = createTestApi({ name: 'middle-api', clientId: middleId, callerId: originalId });
  return api.route('downstream/documents', {
    GET: {
      scopes: ['Documents.Read'],
      handler: async (request) => {
        const { json } = await thirdApi.get(request, 'things');
        return { json };
      },
    },
  });
}

const callChain = (token: string) => call(`${stack.urls.originalApi}/documents`, { token });

test('the identity of the user reaches the third API', async () => {
  const token = await stack.token('alice');
  expect(await callChain(token)).toMatchObject({ status: 200, json: { oid: alice, acrs: ['c1'] } });
  expect(new Set(callers)).toEqual(new Set([alice]));
});

test('a refusal by Entra for the third API reaches the caller with its claims', async () => {
  await stack.policy('auth-context', 'on');
  const response = await callChain(await stack.token('alice'));
  expect(response).toMatchObject({
    status: 401,
    json: { code: 'step_up_required', claims: c1Claims },
  });
  expect(decodeClaims(response.headers.get('www-authenticate'))).toEqual(c1Claims);
});

test('a user who has stepped up reaches the third API', async () => {
  await stack.policy('auth-context', 'on');
  const token = await stack.token('alice', { acrs: 'c1' });
  expect(await callChain(token)).toMatchObject({ status: 200, json: { oid: alice, acrs: ['c1'] } });
  expect(new Set(callers)).toEqual(new Set([alice]));
});
