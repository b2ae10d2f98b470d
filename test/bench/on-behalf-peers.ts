import { createHash } from 'node:crypto';
import { createHttpHeaders, type HttpClient } from '@azure/core-rest-pipeline';
import { OnBehalfOfCredential } from '@azure/identity';
import {
  ConfidentialClientApplication,
  type INetworkModule,
  type NetworkRequestOptions,
} from '@azure/msal-node';
import { audience, tenantId } from '../support/issuer.ts';

/** What is asked for on behalf of the user. */
export const scopes = ['api://d0375100-0000-4000-8000-0000000000a3/Documents.Read'];
const endpoint = `https://login.example/${tenantId}`;
const documents = {
  issuer: `${endpoint}/v2.0`,
  authorization_endpoint: `${endpoint}/oauth2/v2.0/authorize`,
  token_endpoint: `${endpoint}/oauth2/v2.0/token`,
  end_session_endpoint: `${endpoint}/logout`,
  jwks_uri: `${endpoint}/keys`,
};

const discovery = {
  ...documents,
  tenant_discovery_endpoint: `${endpoint}/v2.0/.well-known/openid-configuration`,
  metadata: [],
};

/** Stands for token A of a user's session, and is as long. */
export const assertion = (user: number, session = 0) => `${user}.${session}.${'a'.repeat(1_200)}`;

/** As long as a real token B. */
export const tokenB = (user: number) => `${user}.${'b'.repeat(1_400)}`;

const base64url = (json: object) => Buffer.from(JSON.stringify(json)).toString('base64url');

/** As Entra answers an exchange: the account that msal-node keys its cache by is in the id token and client_info. */
function tokenAnswer(user: string): object {
  const claims = {
    oid: user,
    tid: tenantId,
    sub: user,
    preferred_username: `${user}@contoso.example`,
    ver: '2.0',
    iss: documents.issuer,
  };
  return {
    token_type: 'Bearer',
    scope: scopes.join(' '),
    expires_in: 3_600,
    ext_expires_in: 3_600,
    access_token: tokenB(Number(user)),
    id_token: `${base64url({ alg: 'none' })}.${base64url({ ...claims, exp: Date.now() / 1_000 + 3_600 })}.`,
    client_info: base64url({ uid: user, utid: tenantId }),
  };
}

function createMsal() {
  let asked = 0;
  const networkClient: INetworkModule = {
    sendGetRequestAsync: () => Promise.reject(new Error('nothing to get')),
    sendPostRequestAsync: async <T>(_url: string, options?: NetworkRequestOptions) => {
      asked += 1;
      await new Promise((resolve) => setImmediate(resolve));
      const user = new URLSearchParams(options?.body).get('assertion')?.split('.')[0] ?? '';
      return { status: 200, headers: {}, body: tokenAnswer(user) as T };
    },
  };
  const client = new ConfidentialClientApplication({
    auth: {
      clientId: audience,
      authority: endpoint,
      knownAuthorities: ['login.example'],
      authorityMetadata: JSON.stringify(documents),
      clientSecret: 'secret',
    },
    system: { networkClient },
  });
  const get = (oboAssertion: string) => client.acquireTokenOnBehalfOf({ oboAssertion, scopes });
  return { asked: () => asked, get, cache: client.getTokenCache() };
}

type Entities = Record<string, Record<string, Record<string, unknown>>>;

/** msal-node's own cache with so many users in it: one user comes by an exchange and the others are made after it, because msal-node needs minutes to take in 10,000. */
export async function fillMsal(users: number) {
  const { get, cache, asked } = createMsal();
  await get(assertion(0));
  const one = JSON.parse(cache.serialize()) as Entities;
  const all: Entities = {};
  for (const [kind, entities] of Object.entries(one)) {
    const made: Entities[string] = {};
    all[kind] = made;
    for (let user = 0; user < users; user += 1) {
      for (const [key, entity] of Object.entries(entities)) {
        made[key.replace(/^0\./, `${user}.`)] = {
          ...entity,
          ...('home_account_id' in entity ? { home_account_id: `${user}.${tenantId}` } : {}),
          ...('local_account_id' in entity ? { local_account_id: String(user) } : {}),
          ...('userAssertionHash' in entity
            ? {
                userAssertionHash: createHash('sha256').update(assertion(user)).digest('base64url'),
                secret: tokenB(user),
              }
            : {}),
        };
      }
    }
  }
  cache.deserialize(JSON.stringify(all));
  await get(assertion(users - 1));
  if (asked() !== 1) throw new Error('msal-node does not find what it was given');
  return { hit: (user: number) => get(assertion(user)) };
}

/** Token requests of msal-node for 100 calls of one user at once. */
export async function countMsalAtOnce(): Promise<number> {
  const { asked, get } = createMsal();
  await Promise.all(Array.from({ length: 100 }, () => get(assertion(1))));
  return asked();
}

/** The same of @azure/identity, a credential per request, as an API that gets a token per request makes them. */
export async function countIdentityAtOnce(): Promise<number> {
  let asked = 0;
  const httpClient: HttpClient = {
    async sendRequest(request) {
      const isToken = request.url.includes('/token');
      if (isToken) asked += 1;
      return {
        request,
        status: 200,
        headers: createHttpHeaders(),
        bodyAsText: JSON.stringify(isToken ? tokenAnswer('1') : discovery),
      };
    },
  };
  const get = () =>
    new OnBehalfOfCredential({
      tenantId,
      clientId: audience,
      clientSecret: 'secret',
      userAssertionToken: assertion(1),
      authorityHost: 'https://login.example',
      httpClient,
    }).getToken(scopes);
  await Promise.all(Array.from({ length: 100 }, get));
  return asked;
}

/** Hits of msal-node's cache when two sessions of one user take turns, of 20 calls. */
export async function countMsalSessions(): Promise<number> {
  const { asked, get } = createMsal();
  // Two sessions are two assertions; the account, which msal-node keys its cache by, is the same.
  for (let turn = 0; turn < 20; turn += 1) await get(assertion(1, turn % 2));
  return 20 - asked();
}
