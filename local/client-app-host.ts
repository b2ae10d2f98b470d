import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path';
import type { ClientAppSettings } from '../tools/client-app-settings.ts';
import { siteConfiguration } from '../tools/client-app-site.ts';

/** The `settings.json` of a Client App that signs in at the emulators. */
export interface LocalClientAppSettings extends ClientAppSettings {
  /** The hosts that MSAL accepts as an authority. */
  readonly knownAuthorities: readonly string[];
  /** Entra's OpenID metadata as JSON text, so that MSAL does not fetch it over https. */
  readonly authorityMetadata: string;
  /** The control API, which the Client App's policies page calls. */
  readonly emulators: {
    /** The base URL of the control API. */
    readonly controlUrl: string;
    /** The value of the `x-control-token` header. */
    readonly controlToken: string;
  };
}

/** The options of {@link startClientAppHost}. */
export interface ClientAppHostOptions {
  /** 0 for any free port. */
  readonly port: number;
  /** The folder with the built Client App. */
  readonly folder: string;
  /** The content of `settings.json`. */
  readonly settings: LocalClientAppSettings;
}

/** A server that serves the Client App. */
export interface ClientAppHost {
  /** `http://localhost:PORT` */
  readonly origin: string;
  /** Ends all connections and stops listening. */
  close(): Promise<void>;
}

const contentTypes: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.map': 'application/json',
  '.json': 'application/json',
};

/**
 * Serves the built Client App on 127.0.0.1 with the headers of a deployed one, so that browser
 * tests apply to the deployment as well.
 *
 * Only files directly in the folder are served, so no path can leave it. A request with another
 * Host header, as in a DNS rebinding attack, gets 421.
 */
export async function startClientAppHost(options: ClientAppHostOptions): Promise<ClientAppHost> {
  const server = createServer((request, response) => {
    const { port } = server.address() as AddressInfo;
    void respond(request, response, port, options);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    origin: `http://localhost:${port}`,
    close() {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

async function respond(
  request: IncomingMessage,
  response: ServerResponse,
  port: number,
  { folder, settings }: ClientAppHostOptions,
): Promise<void> {
  const ownHosts = [`localhost:${port}`, `127.0.0.1:${port}`];
  if (!ownHosts.includes(request.headers.host ?? '')) {
    send(response, 421);
    return;
  }
  const isRead = request.method === 'GET' || request.method === 'HEAD';
  const path = (request.url ?? '/').replace(/[?#].*$/, '');
  const name = path.slice(1) || 'index.html';
  const content = isRead ? await readContent(name, folder, settings) : undefined;
  if (content === undefined) {
    send(response, 404);
    return;
  }
  const contentType = contentTypes[extname(name)] ?? '';
  send(response, 200, { 'Content-Type': contentType, ...siteHeaders(name, settings) }, content);
}

async function readContent(
  name: string,
  folder: string,
  settings: LocalClientAppSettings,
): Promise<Buffer | undefined> {
  if (name === 'settings.json') return Buffer.from(JSON.stringify(settings));
  const isPlainName = /^[a-z0-9][a-z0-9.-]*$/i.test(name);
  if (!isPlainName || contentTypes[extname(name)] === undefined) return undefined;
  try {
    return await readFile(join(folder, name));
  } catch {
    return undefined;
  }
}

/** The headers of a deployed site. Browsers ignore Strict-Transport-Security on plain http. */
function siteHeaders(
  name: string,
  { originalApiUrl, emulators }: LocalClientAppSettings,
): Readonly<Record<string, string>> {
  const { globalHeaders, routes } = siteConfiguration({
    AZURE_AUTHORITY_HOST: emulators.controlUrl,
    ORIGINAL_API_URL: originalApiUrl,
  });
  const route = routes.find((entry) => entry.route === `/${name}`);
  return route?.headers ?? globalHeaders;
}

function send(
  response: ServerResponse,
  status: number,
  headers: Readonly<Record<string, string>> = {},
  body: Buffer = Buffer.alloc(0),
): void {
  response.writeHead(status, { ...headers, 'Content-Length': body.length });
  response.end(body);
}
