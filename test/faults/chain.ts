import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createDownstream } from '../../shared/http/downstream.ts';
import { createApi } from '../../shared/http/create-api.ts';
import { createFederatedCredential, createVaultCredential } from '../../shared/obo/credential.ts';
import { createExchange } from '../../shared/obo/exchange.ts';
import { createIdentity } from '../../shared/obo/managed-identity.ts';
import { createOnBehalfOf } from '../../shared/obo/on-behalf-of.ts';
import { createKeys } from '../../shared/token/keys.ts';
import { createValidator } from '../../shared/token/validate.ts';
import { type Called, call } from '../support/call.ts';
import { startDownstream, type TestDownstream } from '../support/downstream.ts';
import { audience, clientApp, type Issuer, startIssuer, tenantId } from '../support/issuer.ts';
import { serveApi } from '../support/serve-api.ts';
import {
  answerVault,
  type Respond,
  readBody,
  readClaims,
  refuseCredential,
  sendJson,
} from './answers.ts';

/** Downstream's client id. */
export const downstreamId = 'd0375100-0000-4000-8000-0000000000a3';

/** Paths of what surrounds Original; a test counts them and lets them fail. */
export const paths = {
  metadata: '/v2.0/.well-known/openid-configuration',
  keys: '/discovery/v2.0/keys',
  token: '/oauth2/v2.0/token',
  vault: '/secrets/credential/',
  identity: '/msi/token',
} as const;

/** @azure/identity keeps the endpoint that it finds first for the life of the process, so there is one for all chains of a test file. */
const identity: { asked: number; respond: Respond } = { asked: 0, respond: () => {} };
const identityEndpoint = new Promise<string>((resolve) => {
  const server = createServer((request, response) => {
    identity.asked += 1;
    identity.respond(request, response);
  });
  // Nobody closes it, and it must keep nobody from ending.
  server.on('connection', (socket) => socket.unref());
  server
    .listen(0, '127.0.0.1', () =>
      resolve(`http://localhost:${(server.address() as AddressInfo).port}${paths.identity}`),
    )
    .unref();
});

/** Original API out of `shared` alone, whole, on real sockets, with a clock that a test moves; Entra, vault, identity and Downstream do as the test says. */
export interface Chain {
  readonly entra: Issuer;
  readonly downstream: TestDownstream;
  readonly log: string[];
  /** Requests that a path has had. */
  count(path: keyof typeof paths): number;
  fail(path: keyof typeof paths, how: Respond | undefined): void;
  /** From now on Entra refuses this secret of Original's. */
  refuse(secret: string): void;
  /** Token requests at Entra: under way now, the most at a time, and the milliseconds that each takes there. */
  readonly exchanges: { running: number; most: number; takes: number };
  /** A new token A of a user. */
  token(oid?: string, claims?: object): Promise<string>;
  /** Original's one route. */
  readonly url: string;
  get(token: string): Promise<Called>;
  put(token: string): Promise<Called>;
  pass(milliseconds: number): void;
  close(): Promise<void>;
}

/** @param secretless the managed identity's token is the credential, and there is no vault */
export async function startChain({ secretless = false } = {}): Promise<Chain> {
  let offset = 0;
  const now = () => Date.now() + offset;
  const entra = await startIssuer(now);
  const downstream = await startDownstream();
  downstream.answer((request, response) =>
    response.end(JSON.stringify({ oid: readClaims(request.headers.authorization).oid })),
  );

  const exchanges = { running: 0, most: 0, takes: 0 };
  const refused = new Set<string>();
  const good: Record<keyof typeof paths, Respond | undefined> & { identity: Respond } = {
    metadata: undefined,
    keys: undefined,
    vault: (request, response) => answerVault(request, response),
    identity: (_, response) =>
      sendJson(response, {
        access_token: 'identity',
        expires_on: String(Math.floor(now() / 1_000) + 86_400),
      }),
    token: async (request, response) => {
      exchanges.running += 1;
      exchanges.most = Math.max(exchanges.most, exchanges.running);
      const form = new URLSearchParams(await readBody(request));
      const { oid } = readClaims(form.get('assertion') ?? '');
      const token = await entra.token({ aud: downstreamId, azp: audience, azpacr: '1', oid });
      if (exchanges.takes > 0) await new Promise((resolve) => setTimeout(resolve, exchanges.takes));
      exchanges.running -= 1;
      if (refused.has(form.get('client_secret') ?? '')) return refuseCredential(response);
      sendJson(response, {
        token_type: 'Bearer',
        scope: 'x',
        expires_in: 3_600,
        access_token: token,
      });
    },
  };
  for (const path of ['vault', 'token'] as const) entra.respond(paths[path], good[path]);
  Object.assign(identity, { asked: 0, respond: good.identity });
  process.env.IDENTITY_ENDPOINT = await identityEndpoint;
  process.env.IDENTITY_HEADER = 'header';
  const keys = createKeys({ authorityHost: entra.host, now });
  // Another identity each time, for @azure/identity remembers by it, for the whole process.
  const ownIdentity = createIdentity(randomUUID());
  const credential = secretless
    ? createFederatedCredential(ownIdentity, now)
    : createVaultCredential({
        endpoint: entra.host,
        name: 'credential',
        kind: 'key-vault-secret',
        identity: ownIdentity,
        now,
      });
  const onBehalfOf = createOnBehalfOf({
    exchange: createExchange({
      authorityHost: entra.host,
      clientId: audience,
      keys,
      credential,
      now,
    }),
    now,
  });
  const callDownstream = createDownstream({
    url: new URL(downstream.url),
    clientId: downstreamId,
    onBehalfOf,
  });
  const api = createApi({
    name: 'original-api',
    validate: createValidator({ keys, tenantIds: [tenantId], audience, now }),
    clients: { clientIds: [clientApp], confidential: false },
    origins: [],
    challenge: { clientId: audience, authorizationUri: `${entra.host.href}authorize` },
  });
  const log: string[] = [];
  const route = api.route('documents', {
    GET: {
      scopes: ['Documents.Read'],
      handler: async (inner) => ({
        json: (
          await callDownstream(inner, { method: 'GET', path: 'documents', scope: 'Documents.Read' })
        ).json,
      }),
    },
    PUT: {
      scopes: ['Documents.Read'],
      handler: async (inner) => ({
        json: (
          await callDownstream(inner, {
            method: 'PUT',
            path: 'documents/1',
            scope: 'Documents.Read',
            json: {},
          })
        ).json,
      }),
    },
  });
  const original = await serveApi([route], log);
  const url = `${original.url.href}/documents`;
  return {
    entra,
    downstream,
    log,
    exchanges,
    count: (path) => (path === 'identity' ? identity.asked : entra.count(paths[path])),
    fail: (path, how) => {
      if (path === 'identity') Object.assign(identity, { respond: how ?? good.identity });
      else entra.respond(paths[path], how ?? good[path]);
    },
    refuse: (secret) => void refused.add(secret),
    token: (oid = randomUUID(), claims = {}) => entra.token({ oid, ...claims }),
    url,
    get: (token) => call(url, { token }),
    put: (token) => call(url, { token, method: 'PUT', json: {} }),
    pass: (milliseconds) => {
      offset += milliseconds;
    },
    close: () =>
      Promise.all([original.close(), entra.close(), downstream.close()]).then(() => undefined),
  };
}
