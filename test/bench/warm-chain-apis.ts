import type { HttpFunctionOptions } from '@azure/functions';
import { createEntra } from '../../shared/entra.ts';
import { createFunctionsApi } from '../../shared/functions.ts';
import type { Call, OpenCall } from '../../shared/http/call.ts';
import { createDownstream } from '../../shared/http/downstream.ts';
import { createExchange } from '../../shared/obo/exchange.ts';
import { createOnBehalfOf, type OnBehalfOf } from '../../shared/obo/on-behalf-of.ts';
import { redact } from '../../shared/redacted.ts';
import type { Caller } from '../../shared/token/caller.ts';
import type { Keys } from '../../shared/token/keys.ts';
import { audience, clientApp, tenantId } from '../support/issuer.ts';

/**
 * `auth`: the chain as it is.
 * `open`: the chain without authentication. It validates and exchanges no token. The rest is the
 * same: traces, deadlines, size limits, headers, log lines, and the call to Downstream API.
 */
export type Mode = 'auth' | 'open';

/** Downstream API's client id. */
export const downstreamId = 'd0375100-0000-4000-8000-0000000000a3';

const documents = Array.from({ length: 20 }, (_, index) => ({
  id: `document-${index}`,
  title: `The title of document ${index}`,
  owner: 'a11ce000-0000-4000-8000-000000000001',
  modified: '2026-11-22T12:00:00Z',
  etag: `"${index}"`,
}));

/** Creates the route of Downstream API: a list of 20 documents. */
export function createDownstreamRoute(mode: Mode, authorityHost: URL): HttpFunctionOptions {
  const api = createFunctionsApi({
    name: 'downstream-api',
    entra: createEntra({ tenantIds: [tenantId], authorityHost }),
    audience: downstreamId,
    clients: [audience],
    confidentialClientsOnly: true,
  });
  const handler = async () => ({ json: { documents } });
  return api.route('downstream/documents', {
    GET: mode === 'open' ? { open: true, handler } : { scopes: ['Documents.Read'], handler },
  });
}

/**
 * Creates the route of Original API, which returns Downstream API's list.
 * @param url Downstream API's base URL.
 */
export function createOriginalRoute(mode: Mode, authorityHost: URL, url: URL): HttpFunctionOptions {
  const entra = createEntra({ tenantIds: [tenantId], authorityHost });
  const api = createFunctionsApi({ name: 'original-api', entra, audience, clients: [clientApp] });
  const callDownstream = createDownstream({
    url,
    clientId: downstreamId,
    onBehalfOf:
      mode === 'open' ? withoutExchange : createBenchOnBehalfOf(authorityHost, entra.keys),
  });
  const readDocuments = async (call: Call) => {
    const request = { method: 'GET', path: 'documents', scope: 'Documents.Read' } as const;
    const { json } = await callDownstream(call, request);
    return { json };
  };
  if (mode === 'auth')
    return api.route('documents', { GET: { scopes: ['Documents.Read'], handler: readDocuments } });

  const handler = (call: OpenCall) => readDocuments({ caller: {} as Caller, ...call });
  return api.route('documents', { GET: { open: true, handler } });
}

const withoutExchange: OnBehalfOf = {
  exchangeOnBehalf: async () => ({ token: redact('none'), expiresOnTimestamp: 0, cached: true }),
  evict: () => {},
};

function createBenchOnBehalfOf(authorityHost: URL, keys: Keys): OnBehalfOf {
  const current = {
    version: '1',
    notAfter: undefined,
    options: () => ({ clientSecret: 'secret' }),
  };
  const credential = { current: async () => current, renew: async () => undefined };
  return createOnBehalfOf({
    exchange: createExchange({ authorityHost, clientId: audience, keys, credential }),
  });
}
