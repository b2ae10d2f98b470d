/**
 * Both APIs of a chain in one process, out of `shared` alone, for `warm-chain.ts`: `auth` as they are, `open` the same without authentication.
 * It says where Original is, and its processor time (microseconds) whenever it is asked.
 */
import { Pool } from 'undici';
import { createDownstream } from '../../shared/http/downstream.ts';
import { createEdge } from '../../shared/http/edge.ts';
import { send } from '../../shared/http/send.ts';
import { createExchange } from '../../shared/obo/exchange.ts';
import { createOnBehalf } from '../../shared/obo/on-behalf.ts';
import { createKeys } from '../../shared/token/keys.ts';
import { createValidator } from '../../shared/token/validate.ts';
import { audience, clientApp, tenantId } from '../support/issuer.ts';
import { serveEdge } from '../support/serve-edge.ts';

const [mode, authority = ''] = process.argv.slice(2);
const authorityHost = new URL(authority);
const downstreamId = 'd0375100-0000-4000-8000-0000000000a3';
const keys = createKeys({ authorityHost });
const open = mode === 'open';

const documents = Array.from({ length: 20 }, (_, index) => ({
  id: `document-${index}`,
  title: `The title of document ${index}`,
  owner: 'a11ce000-0000-4000-8000-000000000001',
  modified: '2026-11-22T12:00:00Z',
  etag: `"${index}"`,
}));

const edgeOf = (api: string, clientId: string, clientIds: readonly string[], confidential: boolean) =>
  createEdge({
    api,
    validate: createValidator({ keys, tenantIds: [tenantId], audience: clientId }),
    clients: { clientIds, confidential },
    origins: [],
    realm: { clientId, authorizationUri: `${authorityHost.href}authorize` },
  });

const listDocuments = async () => ({ json: { documents } });
const downstream = await serveEdge([
  edgeOf(
    'downstream-api',
    downstreamId,
    [audience],
    true,
  )('downstream/documents', { GET: open ? { open, handle: listDocuments } : { scopes: ['Documents.Read'], handle: listDocuments } }),
]);
const url = new URL(`${downstream.url.href}/downstream`);

const credential = { version: '1', notAfter: undefined, options: () => ({ clientSecret: 'secret' }) };
const exchange = createExchange({
  authorityHost,
  clientId: audience,
  keys,
  credential: { current: async () => credential, renew: async () => undefined },
});
const onBehalf = createOnBehalf({ exchange });
const call = createDownstream({ url, clientId: downstreamId, onBehalf });

const pool = new Pool(url.origin, { connections: 64 });
/** What is left of the call when nobody asks who calls. */
async function callOpenly() {
  const { body } = await send(`${url.href}/documents`, { method: 'GET', deadline: 8_000, cap: 1024 * 1024, dispatcher: pool });
  return { json: JSON.parse(body.toString()) };
}

const original = await serveEdge([
  edgeOf(
    'original-api',
    audience,
    [clientApp],
    false,
  )('documents', {
    GET: open
      ? { open, handle: callOpenly }
      : {
          scopes: ['Documents.Read'],
          handle: async (inner) => ({ json: (await call(inner, { method: 'GET', path: 'documents', scope: 'Documents.Read' })).json }),
        },
  }),
]);

process.on('message', () => {
  const { user, system } = process.cpuUsage();
  process.send?.(user + system);
});
process.on('disconnect', () => process.exit(0));
process.send?.(`${original.url.href}/documents`);
