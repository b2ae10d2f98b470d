import type { HttpFunctionOptions, HttpRequest } from '@azure/functions';
import { createDownstream } from '../../shared/http/downstream.ts';
import { type Call, createApi } from '../../shared/http/create-api.ts';
import { readTrace } from '../../shared/http/trace.ts';
import { createExchange } from '../../shared/obo/exchange.ts';
import { createOnBehalfOf, type OnBehalfOf } from '../../shared/obo/on-behalf-of.ts';
import { redact } from '../../shared/redacted.ts';
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
  const api = makeApi(
    'downstream-api',
    downstreamId,
    [audience],
    true,
    createKeys({ authorityHost }),
  );
  const handler = async () => ({ json: { documents } });
  return api.route('downstream/documents', {
    GET: mode === 'open' ? { open: true, handler } : { scopes: ['Documents.Read'], handler },
  });
}

/** Original's one route: it asks Downstream for the list; `url` is Downstream's base. */
export function createOriginalRoute(mode: Mode, authorityHost: URL, url: URL): HttpFunctionOptions {
  const keys = createKeys({ authorityHost });
  const api = makeApi('original-api', audience, [clientApp], false, keys);
  const call = createDownstream({
    url,
    clientId: downstreamId,
    onBehalfOf: mode === 'open' ? anybody : createExchanges(authorityHost, keys),
  });
  const ask = async (inner: Call) => ({
    json: (await call(inner, { method: 'GET', path: 'documents', scope: 'Documents.Read' })).json,
  });
  if (mode === 'auth')
    return api.route('documents', { GET: { scopes: ['Documents.Read'], handler: ask } });

  // A handler for everybody is given no request. createApi runs it before it awaits anything, so `request` is the current one.
  let request: HttpRequest;
  const trace = readTrace(new Headers());
  const handle = () =>
    ask({ caller: nobody, request, trace, signal: new AbortController().signal, note: () => {} });
  const { handler, ...options } = api.route('documents', { GET: { open: true, handler: handle } });
  return {
    ...options,
    handler: (asked, context) => {
      request = asked;
      return handler(asked, context);
    },
  };
}

const nobody = {} as Caller;
const noToken = { token: redact('none'), expiresOnTimestamp: 0, cached: true };
const anybody: OnBehalfOf = { exchangeOnBehalf: async () => noToken, evict: () => {} };

function createExchanges(authorityHost: URL, keys: Keys): OnBehalfOf {
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

const makeApi = (
  name: string,
  clientId: string,
  clientIds: readonly string[],
  confidential: boolean,
  keys: Keys,
) =>
  createApi({
    name,
    validate: createValidator({ keys, tenantIds: [tenantId], audience: clientId }),
    clients: { clientIds, confidential },
    origins: [],
    challenge: { clientId, authorizationUri: 'https://login.example/authorize' },
  });
