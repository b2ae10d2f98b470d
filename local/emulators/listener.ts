/**
 * The request listener of the shared port. It checks the host, sets the CORS headers, reads
 * the body and applies injected faults. Then it calls the endpoint that serves the path.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { EmulatorContext, EmulatorRequest, EmulatorResponse, Endpoint } from './context.ts';
import { applyFault, type FaultyEndpoint } from './control/faults.ts';
import type { Recorded } from './control/recorder.ts';
import { matchEntraEndpoint } from './entra/entra.ts';
import { isGraphPath } from './graph/graph.ts';

const maxBodyBytes = 1024 * 1024;

/** Returns `undefined` for a body over 1 MiB. */
async function readBody(request: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    size += (chunk as Buffer).length;
    if (size > maxBodyBytes) return undefined;
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks);
}

function joinHeaders(headers: IncomingMessage['headers']): EmulatorRequest['headers'] {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.join(', ') : value,
    ]),
  );
}

interface FaultTarget {
  readonly endpoint: FaultyEndpoint;
  /** The hop under which the fault is recorded. */
  readonly hop: Recorded['hop'];
}

/** The endpoint whose faults apply to a path, or `undefined` where none can be injected. */
function findFaultTarget(path: string): FaultTarget | undefined {
  if (/^\/secrets(\/|$)/.test(path)) return { endpoint: 'vault', hop: 'vault' };
  if (isGraphPath(path)) return { endpoint: 'graph', hop: 'graph' };
  if (path === '/msi/token') return { endpoint: 'managed-identity', hop: 'managed-identity' };
  const endpoint = matchEntraEndpoint(path);
  if (endpoint === undefined || endpoint === 'logout') return undefined;
  return { endpoint, hop: 'entra' };
}

/** Whether scripts of the Client App can call the path. As in Entra, pages do not allow CORS. */
function allowsCors(path: string): boolean {
  if (path.startsWith('/control/')) return true;
  return ['token', 'metadata', 'keys'].includes(matchEntraEndpoint(path) ?? '');
}

function setCorsHeaders({ headers }: IncomingMessage, response: ServerResponse): void {
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
  const isJson = typeof body === 'object' && !Buffer.isBuffer(body);
  const bytes = Buffer.from(isJson ? JSON.stringify(body) : body);
  response.writeHead(status, {
    ...(isJson ? { 'Content-Type': 'application/json; charset=utf-8' } : {}),
    'Content-Length': bytes.length,
    ...headers,
  });
  response.end(bytes);
}

/**
 * Creates the listener for `http.createServer`. It never rejects: an unexpected error becomes a 500
 * and a line on stderr.
 */
export function createListener(
  context: EmulatorContext,
  endpoints: readonly Endpoint[],
): (request: IncomingMessage, response: ServerResponse) => Promise<void> {
  const { host } = new URL(context.origin);
  const allowedHosts = [host, host.replace('localhost', '127.0.0.1')];

  /** Returns the URL of the request, or sends the error response and returns `undefined`. */
  function checkTarget(request: IncomingMessage, response: ServerResponse): URL | undefined {
    if (!allowedHosts.includes(request.headers.host ?? '')) {
      send(response, { status: 421, body: `The local emulators are served at ${host} only.` });
      return undefined;
    }
    const target = context.origin + request.url;
    if (!request.url?.startsWith('/') || !URL.canParse(target)) {
      send(response, { status: 400 });
      return undefined;
    }
    return new URL(target);
  }

  /** Returns whether the fault replaced the response. */
  async function injectFault(path: string, response: ServerResponse): Promise<boolean> {
    const target = findFaultTarget(path);
    if (!target) return false;
    const started = performance.now();
    const fault = context.policies.fault(target.endpoint);
    if (!(await applyFault(fault, response))) return false;
    context.recorder.record({
      at: context.now(),
      took: performance.now() - started,
      hop: target.hop,
      operation: target.endpoint,
      status: response.statusCode,
      facts: { fault: fault?.kind },
    });
    return true;
  }

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = checkTarget(request, response);
    if (!url) return;
    const method = request.method ?? 'GET';

    response.setHeader('Vary', 'Origin');
    const isAllowedOrigin = request.headers.origin === context.clientAppOrigin;
    const isCorsAllowed = isAllowedOrigin && allowsCors(url.pathname);
    if (isCorsAllowed) setCorsHeaders(request, response);
    if (method === 'OPTIONS') return send(response, { status: isCorsAllowed ? 204 : 403 });

    const body = await readBody(request);
    if (!body) return send(response, { status: 413, headers: { Connection: 'close' } });
    if (await injectFault(url.pathname, response)) return;

    for (const endpoint of endpoints) {
      const result = await endpoint({ method, url, headers: joinHeaders(request.headers), body });
      if (result) return send(response, result);
    }
    send(response, {
      status: 404,
      body: {
        error: 'not_found',
        error_description: 'The local emulators have no endpoint at this path.',
      },
    });
  }

  return async (request, response) => {
    try {
      await handle(request, response);
    } catch (error) {
      if (request.destroyed) return;
      const path = request.url?.split('?')[0];
      console.error(`The emulators failed to handle ${request.method} ${path}:`, error);
      if (response.headersSent) response.destroy();
      else send(response, { status: 500, body: { error: 'server_error' } });
    }
  };
}
