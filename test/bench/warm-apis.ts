import type { HttpFunctionOptions, HttpRequest } from '@azure/functions';
import { createDownstream } from '../../shared/http/downstream.ts';
import { type Call, createEdge } from '../../shared/http/edge.ts';
import { traceOf } from '../../shared/http/trace.ts';
import { createExchange } from '../../shared/obo/exchange.ts';
import { createOnBehalf, type OnBehalf } from '../../shared/obo/on-behalf.ts';
import { seal } from '../../shared/sealed.ts';
import type { Caller } from '../../shared/token/caller.ts';
import { createKeys, type Keys } from '../../shared/token/keys.ts';
import { createValidator } from '../../shared/token/validate.ts';
import { audience, clientApp, tenantId } from '../support/issuer.ts';

/**
 * `auth`: as it is. `open`: the same without authentication, which is to say that nobody's token is validated and none is exchanged. All else is there
 * as it is in the other: traces, budgets, caps, headers, log lines, and the call itself.
 */
export type Mode = 'auth' | 'open';

export const downstreamId = 'd0375100-0000-4000-8000-0000000000a3';

const documents = Array.from({ length: 20 }, (_, index) => ({
  id: `document-${index}`,
  title: `The title of document ${index}`,
  owner: 'a11ce000-0000-4000-8000-000000000001',
  modified: '2026-11-22T12:00:00Z',
  etag: `"${index}"`,
}));

/** Downstream's one route of the warm chain: a list of 20 documents. */
export function createDownstreamRoute(mode: Mode, authorityHost: URL): HttpFunctionOptions {
  const edge = edgeOf('downstream-api', downstreamId, [audience], true, createKeys({ authorityHost }));
  const handle = async () => ({ json: { documents } });
  return edge('downstream/documents', { GET: mode === 'open' ? { open: true, handle } : { scopes: ['Documents.Read'], handle } });
}

/** Original's one route: it asks Downstream for the list; `url` is Downstream's base. */
export function createOriginalRoute(mode: Mode, authorityHost: URL, url: URL): HttpFunctionOptions {
  const keys = createKeys({ authorityHost });
  const edge = edgeOf('original-api', audience, [clientApp], false, keys);
  const call = createDownstream({
    url,
    clientId: downstreamId,
    onBehalf: mode === 'open' ? anybody : createExchanges(authorityHost, keys),
  });
  const ask = async (inner: Call) => ({ json: (await call(inner, { method: 'GET', path: 'documents', scope: 'Documents.Read' })).json });
  if (mode === 'auth') return edge('documents', { GET: { scopes: ['Documents.Read'], handle: ask } });

  // A handler for everybody is told nothing of the request; the edge runs it before it waits for anything, so this is the one.
  let request: HttpRequest;
  const trace = traceOf(new Headers());
  const handle = () => ask({ caller: nobody, request, trace, signal: new AbortController().signal, note: () => {} });
  const { handler, ...options } = edge('documents', { GET: { open: true, handle } });
  return {
    ...options,
    handler: (asked, context) => {
      request = asked;
      return handler(asked, context);
    },
  };
}

const nobody = {} as Caller;
const noToken = { token: seal('none'), expiresOnTimestamp: 0, cached: true };
const anybody: OnBehalf = { exchangeOnBehalf: async () => noToken, evict: () => {} };

function createExchanges(authorityHost: URL, keys: Keys): OnBehalf {
  const current = { version: '1', notAfter: undefined, options: () => ({ clientSecret: 'secret' }) };
  const credential = { current: async () => current, renew: async () => undefined };
  return createOnBehalf({ exchange: createExchange({ authorityHost, clientId: audience, keys, credential }) });
}

const edgeOf = (api: string, clientId: string, clientIds: readonly string[], confidential: boolean, keys: Keys) =>
  createEdge({
    api,
    validate: createValidator({ keys, tenantIds: [tenantId], audience: clientId }),
    clients: { clientIds, confidential },
    origins: [],
    realm: { clientId, authorizationUri: 'https://login.example/authorize' },
  });
