import { createHash } from 'node:crypto';
import { createHttpHeaders, type HttpClient } from '@azure/core-rest-pipeline';
import { OnBehalfOfCredential } from '@azure/identity';
import {
  ConfidentialClientApplication,
  type INetworkModule,
  type NetworkRequestOptions,
} from '@azure/msal-node';
import { audience, tenantId } from '../support/issuer.ts';

/** The scopes of the exchange. */
export const scopes = ['api://d0375100-0000-4000-8000-0000000000a3/Documents.Read'];

const authorityHost = 'https://login.example';
const endpoint = `${authorityHost}/${tenantId}`;

const metadata = {
  issuer: `${endpoint}/v2.0`,
  authorization_endpoint: `${endpoint}/oauth2/v2.0/authorize`,
  token_endpoint: `${endpoint}/oauth2/v2.0/token`,
  end_session_endpoint: `${endpoint}/logout`,
  jwks_uri: `${endpoint}/keys`,
};

const instanceDiscovery = {
  ...metadata,
  tenant_discovery_endpoint: `${endpoint}/v2.0/.well-known/openid-configuration`,
  metadata: [],
};

/** A text of the length of a token A. Each session of a user has its own. */
export const createAssertion = (user: number, session = 0): string =>
  `${user}.${session}.${'a'.repeat(1_200)}`;

/** A text of the length of a token B. */
export const createTokenB = (user: number): string => `${user}.${'b'.repeat(1_400)}`;

const encodeJson = (json: object): string =>
  Buffer.from(JSON.stringify(json)).toString('base64url');

/**
 * Entra's response to an exchange. msal-node builds its cache keys from the account in `id_token`
 * and `client_info`.
 */
function createTokenResponse(user: string): object {
  const lifetimeSeconds = 3_600;
  const claims = {
    oid: user,
    tid: tenantId,
    sub: user,
    preferred_username: `${user}@contoso.example`,
    ver: '2.0',
    iss: metadata.issuer,
    exp: Date.now() / 1_000 + lifetimeSeconds,
  };
  return {
    token_type: 'Bearer',
    scope: scopes.join(' '),
    expires_in: lifetimeSeconds,
    ext_expires_in: lifetimeSeconds,
    access_token: createTokenB(Number(user)),
    id_token: `${encodeJson({ alg: 'none' })}.${encodeJson(claims)}.`,
    client_info: encodeJson({ uid: user, utid: tenantId }),
  };
}

/** Creates an msal-node client whose token requests cost almost nothing. */
function createMsal() {
  let tokenRequests = 0;
  const networkClient: INetworkModule = {
    async sendGetRequestAsync() {
      throw new Error('msal-node has all metadata, but sent a GET request.');
    },
    async sendPostRequestAsync<T>(_url: string, options?: NetworkRequestOptions) {
      tokenRequests += 1;
      await new Promise((resolve) => setImmediate(resolve));
      const [user = ''] = new URLSearchParams(options?.body).get('assertion')?.split('.') ?? [];
      return { status: 200, headers: {}, body: createTokenResponse(user) as T };
    },
  };
  const client = new ConfidentialClientApplication({
    auth: {
      clientId: audience,
      authority: endpoint,
      knownAuthorities: ['login.example'],
      authorityMetadata: JSON.stringify(metadata),
      clientSecret: 'secret',
    },
    system: { networkClient },
  });
  return {
    countTokenRequests: () => tokenRequests,
    exchange: (oboAssertion: string) => client.acquireTokenOnBehalfOf({ oboAssertion, scopes }),
    cache: client.getTokenCache(),
  };
}

type CacheEntity = Readonly<Record<string, unknown>>;
/** msal-node's serialized cache: entities by kind and key. */
type SerializedCache = Record<string, Record<string, CacheEntity>>;

/**
 * Fills msal-node's own cache with tokens of this many users. The first one comes from an exchange,
 * and the others are copies of it: 10,000 exchanges would take msal-node minutes.
 */
export async function fillMsalCache(users: number) {
  const { exchange, cache, countTokenRequests } = createMsal();
  await exchange(createAssertion(0));
  const ofFirstUser = JSON.parse(cache.serialize()) as SerializedCache;
  const ofAllUsers: SerializedCache = {};
  for (const [kind, entities] of Object.entries(ofFirstUser)) {
    const copies: Record<string, CacheEntity> = {};
    for (let user = 0; user < users; user += 1)
      for (const [key, entity] of Object.entries(entities))
        copies[key.replace(/^0\./, `${user}.`)] = copyForUser(entity, user);
    ofAllUsers[kind] = copies;
  }
  cache.deserialize(JSON.stringify(ofAllUsers));
  await exchange(createAssertion(users - 1));
  if (countTokenRequests() !== 1) throw new Error('msal-node does not find the copied tokens.');
  return { get: (user: number) => exchange(createAssertion(user)) };
}

function copyForUser(entity: CacheEntity, user: number): CacheEntity {
  const copy: Record<string, unknown> = { ...entity };
  if ('home_account_id' in copy) copy.home_account_id = `${user}.${tenantId}`;
  if ('local_account_id' in copy) copy.local_account_id = String(user);
  if ('userAssertionHash' in copy) {
    const hash = createHash('sha256').update(createAssertion(user));
    copy.userAssertionHash = hash.digest('base64url');
    copy.secret = createTokenB(user);
  }
  return copy;
}

/** Counts msal-node's token requests for concurrent calls of one user. */
export async function countMsalRequests(concurrentCalls: number): Promise<number> {
  const { exchange, countTokenRequests } = createMsal();
  await Promise.all(Array.from({ length: concurrentCalls }, () => exchange(createAssertion(1))));
  return countTokenRequests();
}

/** Counts the same for @azure/identity, with one credential per request as in its documentation. */
export async function countIdentityRequests(concurrentCalls: number): Promise<number> {
  let tokenRequests = 0;
  const httpClient: HttpClient = {
    async sendRequest(request) {
      const isTokenRequest = request.url.includes('/token');
      if (isTokenRequest) tokenRequests += 1;
      const body = isTokenRequest ? createTokenResponse('1') : instanceDiscovery;
      return {
        request,
        status: 200,
        headers: createHttpHeaders(),
        bodyAsText: JSON.stringify(body),
      };
    },
  };
  const exchange = () => {
    const credential = new OnBehalfOfCredential({
      tenantId,
      clientId: audience,
      clientSecret: 'secret',
      userAssertionToken: createAssertion(1),
      authorityHost,
      httpClient,
    });
    return credential.getToken(scopes);
  };
  await Promise.all(Array.from({ length: concurrentCalls }, exchange));
  return tokenRequests;
}

/** Counts msal-node's cache hits when one user alternates between two sessions. */
export async function countMsalHits(calls: number): Promise<number> {
  const { exchange, countTokenRequests } = createMsal();
  // Each session has its own assertion, but both have the account in msal-node's cache key.
  for (let call = 0; call < calls; call += 1) await exchange(createAssertion(1, call % 2));
  return calls - countTokenRequests();
}
