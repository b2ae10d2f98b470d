/** One HTTP door for every endpoint of the emulators: host check, CORS, body, planted faults, then the first endpoint whose path it is. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { EmulatorContext, EmulatorRequest, EmulatorResponse, Endpoint } from './context.ts';
import { applyFault, type FaultyEndpoint } from './control/faults.ts';
import type { Recorded } from './control/recorder.ts';
import { nameEntraEndpoint } from './entra/entra.ts';

const bodyLimit = 1024 * 1024;

/** `undefined` for a body over 1 MiB. */
async function readBody(request: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    size += (chunk as Buffer).length;
    if (size > bodyLimit) return undefined;
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks);
}

function flatten(headers: IncomingMessage['headers']): EmulatorRequest['headers'] {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.join(', ') : value,
    ]),
  );
}

/** What a fault may be planted at, and whose hop that is in the record. */
function nameEndpoint(path: string): { name: FaultyEndpoint; hop: Recorded['hop'] } | undefined {
  if (/^\/secrets(\/|$)/.test(path)) return { name: 'vault', hop: 'vault' };
  if (path === '/msi/token') return { name: 'managed-identity', hop: 'managed-identity' };
  const name = nameEntraEndpoint(path);
  return name && name !== 'logout' ? { name, hop: 'entra' } : undefined;
}

/** Browsers of the Client App's origin may call these; Entra has no CORS on its pages either. */
const crossOrigin = (path: string) =>
  path.startsWith('/control/') ||
  ['token', 'metadata', 'keys'].includes(nameEntraEndpoint(path) ?? '');

function allowClientApp({ headers }: IncomingMessage, response: ServerResponse): void {
  response.setHeader('Access-Control-Allow-Origin', headers.origin ?? '');
  response.setHeader(
    'Access-Control-Expose-Headers',
    'client-request-id, x-ms-request-id, Retry-After',
  );
  response.setHeader('Access-Control-Allow-Methods', 'GET, POST, PUT, DELETE');
  response.setHeader(
    'Access-Control-Allow-Headers',
    headers['access-control-request-headers'] ?? '*',
  );
  response.setHeader('Access-Control-Max-Age', '600');
}

function send(response: ServerResponse, { status, headers, body = '' }: EmulatorResponse): void {
  if (response.destroyed) return;
  const isText = typeof body === 'string' || Buffer.isBuffer(body);
  const bytes = isText ? Buffer.from(body) : Buffer.from(JSON.stringify(body));
  const type = isText ? {} : { 'Content-Type': 'application/json; charset=utf-8' };
  response.writeHead(status, { ...type, 'Content-Length': bytes.length, ...headers }).end(bytes);
}

/** Never rejects; a mistake of the emulators's own is a 500 and a line on stderr. */
export function createListener(context: EmulatorContext, endpoints: readonly Endpoint[]) {
  const hosts = [
    new URL(context.origin).host,
    new URL(context.origin).host.replace('localhost', '127.0.0.1'),
  ];

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const started = performance.now();
    if (!hosts.includes(request.headers.host ?? ''))
      return send(response, { status: 421, body: 'This is a local emulators.' });
    const target = context.origin + request.url;
    if (!request.url?.startsWith('/') || !URL.canParse(target))
      return send(response, { status: 400 });
    const url = new URL(target);
    response.setHeader('Vary', 'Origin');
    if (request.headers.origin === context.clientAppOrigin && crossOrigin(url.pathname))
      allowClientApp(request, response);
    if (request.method === 'OPTIONS')
      return send(response, {
        status: response.hasHeader('Access-Control-Allow-Origin') ? 204 : 403,
      });
    const body = await readBody(request);
    if (!body) return send(response, { status: 413, headers: { Connection: 'close' } });
    const named = nameEndpoint(url.pathname);
    const fault = named && context.policies.fault(named.name);
    if (named && (await applyFault(fault, response))) {
      const { statusCode: status } = response;
      const [at, took] = [context.now(), performance.now() - started];
      return context.recorder.record({
        at,
        took,
        hop: named.hop,
        operation: named.name,
        status,
        facts: { fault: fault?.kind },
      });
    }
    const asked: EmulatorRequest = {
      method: request.method ?? 'GET',
      url,
      headers: flatten(request.headers),
      body,
    };
    for (const endpoint of endpoints) {
      const answered = await endpoint(asked);
      if (answered) return send(response, answered);
    }
    send(response, {
      status: 404,
      body: { error: 'not_found', error_description: 'The local emulators has nothing here.' },
    });
  }

  return (request: IncomingMessage, response: ServerResponse): Promise<void> =>
    answer(request, response).catch((error: unknown) => {
      if (request.destroyed) return;
      console.error(
        `The emulators failed at ${request.method} ${request.url?.split('?')[0]}:`,
        error,
      );
      if (!response.headersSent) send(response, { status: 500, body: { error: 'server_error' } });
      else response.destroy();
    });
}
