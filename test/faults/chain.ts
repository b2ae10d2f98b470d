import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { HttpFunctionOptions } from '@azure/functions';
import { expect } from '@jest/globals';
import { createApi } from '../../shared/http/create-api.ts';
import { createDownstream } from '../../shared/http/downstream.ts';
import { createFederatedCredential, createVaultCredential } from '../../shared/obo/credential.ts';
import { createExchange } from '../../shared/obo/exchange.ts';
import { createIdentity } from '../../shared/obo/managed-identity.ts';
import { createOnBehalfOf } from '../../shared/obo/on-behalf-of.ts';
import { createKeys } from '../../shared/token/keys.ts';
import { createValidator } from '../../shared/token/validate.ts';
import { type CallResponse, call } from '../support/call.ts';
import { type FakeDownstream, type Respond, startDownstream } from '../support/downstream.ts';
import { audience, clientApp, type Issuer, startIssuer, tenantId } from '../support/issuer.ts';
import { serveApi } from '../support/serve-api.ts';
import { answerVault, readBody, readClaims, refuseCredential, sendJson } from './answers.ts';
import { identityPath, openIdentityEndpoint } from './identity-endpoint.ts';

/** Downstream's client id. */
export const downstreamId = 'd0375100-0000-4000-8000-0000000000a3';

/** The dependencies of Original API, by the ends of their paths. */
export const paths = {
  metadata: '/v2.0/.well-known/openid-configuration',
  keys: '/discovery/v2.0/keys',
  token: '/oauth2/v2.0/token',
  vault: '/secrets/credential/',
  identity: identityPath,
} as const;

/** A dependency of Original API other than Downstream API. */
export type Dependency = keyof typeof paths;

/** The requests at Entra's token endpoint. */
export interface Exchanges {
  /** How many are in progress. */
  running: number;
  /** The largest number that was in progress at the same time. */
  peak: number;
  /** How long each takes, in milliseconds. */
  takes: number;
}

/**
 * Original API made from `shared` alone, on real sockets and with a clock that the test moves. Entra,
 * vault, managed identity and Downstream API fail as the test decides.
 */
export interface Chain {
  readonly entra: Issuer;
  readonly downstream: FakeDownstream;
  /** The log lines of Original API. */
  readonly log: readonly string[];
  readonly exchanges: Exchanges;
  /** URL of the only route of Original API. */
  readonly url: string;
  /** Counts the requests to a dependency. */
  count(dependency: Dependency): number;
  /** Makes a dependency respond like this; `undefined` makes it work again. */
  fail(dependency: Dependency, respond: Respond | undefined): void;
  /** Makes Entra refuse this client secret. */
  rejectSecret(secret: string): void;
  /** Creates a token A, by default for a new user. */
  token(oid?: string, claims?: object): Promise<string>;
  /** Creates a token A for each of so many new users. */
  tokens(count: number): Promise<readonly string[]>;
  get(token: string): Promise<CallResponse>;
  put(token: string): Promise<CallResponse>;
  /** Sends a GET with each token at the same time. */
  getAll(tokens: readonly string[]): Promise<readonly CallResponse[]>;
  /** Moves the clock forward, or back when negative. */
  advance(milliseconds: number): void;
  close(): Promise<void>;
}

/** How Original API authenticates to Entra. */
export interface ChainOptions {
  /** Use a token of the managed identity as the credential instead of a secret in the vault. */
  readonly secretless?: boolean;
}

/** Starts a chain in which everything works. */
export async function startChain({ secretless = false }: ChainOptions = {}): Promise<Chain> {
  let clockOffset = 0;
  const now = () => Date.now() + clockOffset;
  const entra = await startIssuer(now);
  const downstream = await startDownstream();
  downstream.respondWith((request, response) => {
    sendJson(response, { oid: readClaims(request.headers.authorization).oid });
  });

  const exchanges: Exchanges = { running: 0, peak: 0, takes: 0 };
  const rejectedSecrets = new Set<string>();
  const working: Record<Dependency, Respond | undefined> = {
    // The issuer itself responds to these.
    metadata: undefined,
    keys: undefined,
    vault: (request, response) => answerVault(request, response),
    identity: (_, response) =>
      sendJson(response, {
        access_token: 'identity',
        expires_on: String(Math.floor(now() / 1_000) + 86_400),
      }),
    token: createTokenEndpoint({ entra, exchanges, rejectedSecrets }),
  };
  entra.respond(paths.vault, working.vault);
  entra.respond(paths.token, working.token);
  const identityEndpoint = await openIdentityEndpoint();
  identityEndpoint.resetCount();
  function fail(dependency: Dependency, respond: Respond | undefined): void {
    const next = respond ?? working[dependency];
    if (dependency !== 'identity') entra.respond(paths[dependency], next);
    else if (next) identityEndpoint.respondWith(next);
  }
  fail('identity', undefined);
  process.env.IDENTITY_ENDPOINT = identityEndpoint.url;
  process.env.IDENTITY_HEADER = 'header';

  const log: string[] = [];
  const route = createOriginalRoute({ entra, downstreamUrl: downstream.url, secretless, now });
  const original = await serveApi([route], log);
  const url = `${original.url.href}/documents`;
  const token = (oid: string = randomUUID(), claims: object = {}) =>
    entra.token({ oid, ...claims });
  const get = (token: string) => call(url, { token });
  return {
    entra,
    downstream,
    log,
    exchanges,
    url,
    count: (dependency) => {
      if (dependency === 'identity') return identityEndpoint.count();
      return entra.count(paths[dependency]);
    },
    fail,
    rejectSecret: (secret) => {
      rejectedSecrets.add(secret);
    },
    token,
    tokens: (count) => Promise.all(Array.from({ length: count }, () => token())),
    get,
    put: (token) => call(url, { token, method: 'PUT', json: {} }),
    getAll: (tokens) => Promise.all(tokens.map(get)),
    advance: (milliseconds) => {
      clockOffset += milliseconds;
    },
    close: async () => {
      await Promise.all([original.close(), entra.close(), downstream.close()]);
    },
  };
}

/** Creates a token endpoint that issues a token B for the user of each token A. */
function createTokenEndpoint(options: {
  readonly entra: Issuer;
  readonly exchanges: Exchanges;
  readonly rejectedSecrets: ReadonlySet<string>;
}): Respond {
  const { entra, exchanges, rejectedSecrets } = options;
  return async (request, response) => {
    exchanges.running += 1;
    exchanges.peak = Math.max(exchanges.peak, exchanges.running);
    const form = new URLSearchParams(await readBody(request));
    const { oid } = readClaims(form.get('assertion') ?? '');
    const tokenB = await signTokenB(entra, { oid });
    if (exchanges.takes > 0) await sleep(exchanges.takes);
    exchanges.running -= 1;
    if (rejectedSecrets.has(form.get('client_secret') ?? '')) {
      refuseCredential(response);
      return;
    }
    sendJson(response, {
      token_type: 'Bearer',
      scope: 'x',
      expires_in: 3_600,
      access_token: tokenB,
    });
  };
}

/** Signs a token B: for Downstream API, requested by Original API as a confidential client. */
export function signTokenB(entra: Issuer, claims: Record<string, unknown>): Promise<string> {
  return entra.token({ aud: downstreamId, azp: audience, azpacr: '1', ...claims });
}

/** Creates the route of Original API: GET and PUT call Downstream API on behalf of the user. */
function createOriginalRoute(options: {
  readonly entra: Issuer;
  readonly downstreamUrl: string;
  readonly secretless: boolean;
  readonly now: () => number;
}): HttpFunctionOptions {
  const { entra, downstreamUrl, secretless, now } = options;
  const keys = createKeys({ authorityHost: entra.host, now });
  // @azure/identity caches tokens by client id for the whole process, so each chain has its own.
  const identity = createIdentity(randomUUID());
  const credential = secretless
    ? createFederatedCredential(identity, now)
    : createVaultCredential({
        endpoint: entra.host,
        name: 'credential',
        kind: 'key-vault-secret',
        identity,
        now,
      });
  const exchange = createExchange({
    authorityHost: entra.host,
    clientId: audience,
    keys,
    credential,
    now,
  });
  const callDownstream = createDownstream({
    url: new URL(downstreamUrl),
    clientId: downstreamId,
    onBehalfOf: createOnBehalfOf({ exchange, now }),
  });
  const api = createApi({
    name: 'original-api',
    validate: createValidator({ keys, tenantIds: [tenantId], audience, now }),
    clients: { clientIds: [clientApp], confidential: false },
    origins: [],
    challenge: { clientId: audience, authorizationUri: `${entra.host.href}authorize` },
  });
  const scope = 'Documents.Read';
  return api.route('documents', {
    GET: {
      scopes: [scope],
      handler: async (request) => {
        const read = { method: 'GET', path: 'documents', scope } as const;
        const { json } = await callDownstream(request, read);
        return { json };
      },
    },
    PUT: {
      scopes: [scope],
      handler: async (request) => {
        const write = { method: 'PUT', path: 'documents/1', scope, json: {} } as const;
        const { json } = await callDownstream(request, write);
        return { json };
      },
    },
  });
}

/** Expects the same status code from all responses, of which there must be some. */
export function expectStatus(responses: readonly CallResponse[], expected: number): void {
  expect(responses.length).toBeGreaterThan(0);
  expect(new Set(responses.map(({ status }) => status))).toEqual(new Set([expected]));
}
