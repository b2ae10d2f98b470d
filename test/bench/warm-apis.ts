import type { HttpFunctionOptions } from '@azure/functions';
import { Pool } from 'undici';
import { createDownstream } from '../../shared/http/downstream.ts';
import { createEdge } from '../../shared/http/edge.ts';
import { send } from '../../shared/http/send.ts';
import { readJsonObject } from '../../shared/json.ts';
import { createExchange } from '../../shared/obo/exchange.ts';
import { createOnBehalf } from '../../shared/obo/on-behalf.ts';
import { createKeys, type Keys } from '../../shared/token/keys.ts';
import { createValidator } from '../../shared/token/validate.ts';
import { audience, clientApp, tenantId } from '../support/issuer.ts';

/** `auth`: as it is. `open`: the same without authentication. */
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
  if (mode === 'open') {
    const pool = new Pool(url.origin, { connections: 64 });
    return edge('documents', { GET: { open: true, handle: () => callOpenly(url, pool) } });
  }
  const credential = { version: '1', notAfter: undefined, options: () => ({ clientSecret: 'secret' }) };
  const exchange = createExchange({
    authorityHost,
    clientId: audience,
    keys,
    credential: { current: async () => credential, renew: async () => undefined },
  });
  const call = createDownstream({ url, clientId: downstreamId, onBehalf: createOnBehalf({ exchange }) });
  return edge('documents', {
    GET: {
      scopes: ['Documents.Read'],
      handle: async (inner) => ({ json: (await call(inner, { method: 'GET', path: 'documents', scope: 'Documents.Read' })).json }),
    },
  });
}

/** What is left of the call when nobody asks who calls. */
async function callOpenly(url: URL, dispatcher: Pool) {
  const { signal } = new AbortController();
  const { body } = await send(`${url.href}/documents`, { method: 'GET', deadline: 8_000, cap: 1024 * 1024, dispatcher, signal });
  return { json: readJsonObject(body) };
}

const edgeOf = (api: string, clientId: string, clientIds: readonly string[], confidential: boolean, keys: Keys) =>
  createEdge({
    api,
    validate: createValidator({ keys, tenantIds: [tenantId], audience: clientId }),
    clients: { clientIds, confidential },
    origins: [],
    realm: { clientId, authorizationUri: 'https://login.example/authorize' },
  });
