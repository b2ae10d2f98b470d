import type { HttpFunctionOptions, HttpRequest } from '@azure/functions';
import { createEntra, type Entra } from '../../shared/entra.ts';
import { type Call, createApi } from '../../shared/http/create-api.ts';
import { createDownstream } from '../../shared/http/downstream.ts';
import { continueTrace } from '../../shared/http/trace.ts';
import { createOnBehalfOf, type OnBehalfOf } from '../../shared/obo/on-behalf-of.ts';
import { redact } from '../../shared/redacted.ts';
import type { Caller } from '../../shared/token/caller.ts';
import { createValidator } from '../../shared/token/validate.ts';
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
  const api = createBenchApi({
    name: 'downstream-api',
    clientId: downstreamId,
    clients: { clientIds: [audience], confidential: true },
    entra: createBenchEntra(authorityHost),
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
  const entra = createBenchEntra(authorityHost);
  const api = createBenchApi({
    name: 'original-api',
    clientId: audience,
    clients: { clientIds: [clientApp], confidential: false },
    entra,
  });
  const downstream = createDownstream({
    baseUrl: url,
    audiences: [downstreamId, `api://${downstreamId}`],
    own: true,
    onBehalfOf: mode === 'open' ? withoutExchange : createBenchOnBehalfOf(entra),
  });
  const readDocuments = async (call: Call) => {
    const { json } = await downstream.get(call, 'documents', {
      scopes: [`api://${downstreamId}/Documents.Read`],
      headers: { 'accept-language': call.request.headers.get('accept-language') },
    });
    return { json };
  };
  if (mode === 'auth')
    return api.route('documents', { GET: { scopes: ['Documents.Read'], handler: readDocuments } });

  // The handler of an open route receives no request, but calling Downstream API takes one.
  // createApi runs the handler before it awaits anything, so `currentRequest` is the right one.
  let currentRequest: HttpRequest;
  const trace = continueTrace(new Headers());
  const readWithoutCaller = () =>
    readDocuments({
      caller: {} as Caller,
      request: currentRequest,
      trace,
      signal: new AbortController().signal,
      addLogContext: () => {},
    });
  const { handler, ...options } = api.route('documents', {
    GET: { open: true, handler: readWithoutCaller },
  });
  return {
    ...options,
    handler: (request, context) => {
      currentRequest = request;
      return handler(request, context);
    },
  };
}

const withoutExchange: Pick<OnBehalfOf, 'exchange' | 'evict'> = {
  exchange: async () => ({ token: redact('none'), expiresOnTimestamp: 0, cached: true }),
  evict: () => {},
};

const createBenchEntra = (authorityHost: URL): Entra =>
  createEntra({ tenantIds: [tenantId], authorityHost });

function createBenchOnBehalfOf(entra: Entra): OnBehalfOf {
  const current = {
    version: '1',
    notAfter: undefined,
    options: () => ({ clientSecret: 'secret' }),
  };
  const credential = { current: async () => current, renew: async () => undefined };
  return createOnBehalfOf({ entra, clientId: audience, credential });
}

interface BenchApiOptions {
  readonly name: string;
  readonly clientId: string;
  readonly clients: Parameters<typeof createApi>[0]['clients'];
  readonly entra: Entra;
}

const createBenchApi = ({ name, clientId, clients, entra }: BenchApiOptions) =>
  createApi({
    name,
    validate: createValidator({ keys: entra.keys, tenantIds: [tenantId], audience: clientId }),
    clients,
    origins: [],
    challenge: { clientId, authorizationUri: 'https://login.example/authorize' },
  });
