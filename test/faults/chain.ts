import { randomUUID } from 'node:crypto';
import { type CallResponse, call } from '../support/call.ts';
import { type FakeDownstream, type Respond, startDownstream } from '../support/downstream.ts';
import { type Issuer, startIssuer } from '../support/issuer.ts';
import { serveApi } from '../support/serve-api.ts';
import { identityPath, openIdentityEndpoint } from './identity-endpoint.ts';
import { createOriginalRoute } from './original-api.ts';
import { readClaims, respondAsVault, sendJson } from './responses.ts';
import { createTokenEndpoint, type Exchanges } from './token-endpoint.ts';

/** The dependencies of Original API, and the ends of the paths of their requests. */
export const paths = {
  metadata: '/v2.0/.well-known/openid-configuration',
  keys: '/discovery/v2.0/keys',
  token: '/oauth2/v2.0/token',
  vault: '/secrets/credential/',
  identity: identityPath,
} as const;

/** A dependency of Original API other than Downstream API. */
export type Dependency = keyof typeof paths;

/**
 * Original API made from `shared` alone, on real sockets and with a clock that the test controls.
 * The test also controls how Entra, vault, managed identity and Downstream API fail.
 */
export interface Chain {
  /** A fake Entra. */
  readonly entra: Issuer;
  /** A fake Downstream API. */
  readonly downstream: FakeDownstream;
  /** The log lines of Original API. */
  readonly log: readonly string[];
  /** The state of the token endpoint. */
  readonly exchanges: Exchanges;
  /** URL of the only route of Original API. */
  readonly url: string;
  /** Counts the requests to a dependency. */
  count(dependency: Dependency): number;
  /** Sets the response of a dependency. `undefined` makes it work again. */
  fail(dependency: Dependency, respond: Respond | undefined): void;
  /** Makes Entra refuse this client secret. */
  rejectSecret(secret: string): void;
  /** Creates a token A, by default for a new user. */
  token(oid?: string, claims?: object): Promise<string>;
  /** Creates a token A for each of `count` new users. */
  tokens(count: number): Promise<readonly string[]>;
  /** Sends a GET to Original API, which calls Downstream API on behalf of the user. */
  get(token: string): Promise<CallResponse>;
  /** Sends a PUT to Original API, which calls Downstream API on behalf of the user. */
  put(token: string): Promise<CallResponse>;
  /** Sends a GET with each token at the same time. */
  getAll(tokens: readonly string[]): Promise<readonly CallResponse[]>;
  /** Moves the clock forward, or back when negative. */
  advance(milliseconds: number): void;
  /** Stops all servers. */
  close(): Promise<void>;
}

/** How Original API authenticates to Entra. */
export interface ChainOptions {
  /** Use a token of the managed identity as the credential instead of a secret in the vault. */
  readonly secretless?: boolean;
  /** Let time pass only by `advance`, however long the test takes. */
  readonly frozenClock?: boolean;
}

/** Starts a chain in which everything works. */
export async function startChain({
  secretless = false,
  frozenClock = false,
}: ChainOptions = {}): Promise<Chain> {
  let clockOffset = 0;
  const start = Date.now();
  const now = () => (frozenClock ? start : Date.now()) + clockOffset;
  const entra = await startIssuer(now);
  const downstream = await startDownstream();
  downstream.respondWith((request, response) => {
    sendJson(response, { oid: readClaims(request.headers.authorization).oid });
  });

  const exchanges: Exchanges = { running: 0, peak: 0, delay: 0 };
  const rejectedSecrets = new Set<string>();
  const workingResponses: Record<Dependency, Respond | undefined> = {
    // The issuer itself responds to these.
    metadata: undefined,
    keys: undefined,
    vault: (request, response) => respondAsVault(request, response),
    identity: (_, response) =>
      sendJson(response, {
        access_token: 'identity',
        expires_on: String(Math.floor(now() / 1_000) + 86_400),
      }),
    token: createTokenEndpoint({ entra, exchanges, rejectedSecrets }),
  };
  entra.respond(paths.vault, workingResponses.vault);
  entra.respond(paths.token, workingResponses.token);
  const identityEndpoint = await openIdentityEndpoint();
  identityEndpoint.resetCount();
  function fail(dependency: Dependency, respond: Respond | undefined): void {
    const next = respond ?? workingResponses[dependency];
    if (dependency !== 'identity') entra.respond(paths[dependency], next);
    else if (next) identityEndpoint.respondWith(next);
  }
  fail('identity', undefined);
  process.env.IDENTITY_ENDPOINT = identityEndpoint.url;
  process.env.IDENTITY_HEADER = 'header';

  const log: string[] = [];
  const route = createOriginalRoute({
    issuer: entra,
    downstreamUrl: downstream.url,
    secretless,
    now,
  });
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
