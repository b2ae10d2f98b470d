import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path';
import { siteConfiguration } from '../tools/client-app-site.ts';

/** What `settings.json` says; the Client App reads it from beside its page (client-app/settings.ts). */
export interface ClientAppSettings {
  readonly authority: string;
  readonly clientId: string;
  readonly knownAuthorities: readonly string[];
  readonly authorityMetadata: string;
  readonly originalApiUrl: string;
  readonly originalApiId: string;
  readonly emulators: { readonly controlUrl: string; readonly controlToken: string };
}

export interface ClientAppHostOptions {
  readonly port: number;
  /** The folder with the built Client App. */
  readonly folder: string;
  readonly settings: ClientAppSettings;
}

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.map': 'application/json',
  '.json': 'application/json',
};

/**
 * Serves the built Client App on 127.0.0.1 with the headers that a deployed one gets, so that what browsers are tried with is what is deployed.
 * Only names of files directly in the folder are looked up, so a path leads nowhere else; a foreign Host header (DNS rebinding) gets 421.
 */
export async function startClientAppHost({
  port,
  folder,
  settings,
}: ClientAppHostOptions): Promise<{ origin: string; close(): Promise<void> }> {
  async function find(name: string): Promise<Buffer | undefined> {
    if (name === 'settings.json') return Buffer.from(JSON.stringify(settings));
    if (!/^[a-z0-9][a-z0-9.-]*$/i.test(name) || types[extname(name)] === undefined)
      return undefined;
    return readFile(join(folder, name)).catch(() => undefined);
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { port: own } = server.address() as AddressInfo;
    if (![`localhost:${own}`, `127.0.0.1:${own}`].includes(request.headers.host ?? ''))
      return send(response, 421, {});
    const name = (request.url ?? '/').replace(/[?#].*$/, '').slice(1) || 'index.html';
    const body =
      request.method === 'GET' || request.method === 'HEAD' ? await find(name) : undefined;
    if (!body) return send(response, 404, {});
    send(
      response,
      200,
      { 'Content-Type': types[extname(name)] ?? '', ...securityHeaders(name, settings) },
      body,
    );
  }

  const server = createServer((request, response) => void answer(request, response));
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(port, '127.0.0.1', () => resolve());
  });
  return {
    origin: `http://localhost:${(server.address() as AddressInfo).port}`,
    close() {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

/** What a deployed site sends; browsers ignore its Strict-Transport-Security on plain http. */
function securityHeaders(
  name: string,
  { originalApiUrl, emulators }: ClientAppSettings,
): Readonly<Record<string, string>> {
  const { globalHeaders, routes } = siteConfiguration({
    AZURE_AUTHORITY_HOST: emulators.controlUrl,
    ORIGINAL_API_URL: originalApiUrl,
  });
  return routes.find(({ route }) => route === `/${name}`)?.headers ?? globalHeaders;
}

function send(
  response: ServerResponse,
  status: number,
  headers: Record<string, string>,
  body: Buffer = Buffer.alloc(0),
): void {
  response.writeHead(status, { ...headers, 'Content-Length': body.length }).end(body);
}
