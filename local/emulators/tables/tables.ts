/**
 * The Table Storage emulator. Azurite knows neither Entra's tokens nor Azure's roles, so a gateway
 * checks both and then signs the request for Azurite.
 */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { EmulatorContext } from '../context.ts';
import { applyFault } from '../control/faults.ts';
import { type CallerResult, identifyCaller } from '../managed-identity/identify-caller.ts';
import { startAzurite } from './azurite.ts';
import { type AzuriteProxy, BodyTooLarge, createAzuriteProxy } from './azurite-proxy.ts';
import { developmentAccount } from './shared-key-lite.ts';

const audience = 'https://storage.azure.com';
const requiredRole = 'Storage Table Data Contributor';

/** An error response of the table service. */
interface TableError {
  readonly status: 401 | 403 | 413 | 421 | 503;
  /** Also the value of the `x-ms-error-code` header. */
  readonly code: string;
  readonly message: string;
}

/** The running table service. */
export interface Tables {
  /** The URL of the service, with the account name as its path. */
  readonly endpoint: string;
  /** Closes the port and ends Azurite. */
  close(): Promise<void>;
}

/**
 * Starts the table service on 127.0.0.1, with its data in `dataDir/tables`. Callers need a token of
 * a managed identity for https://storage.azure.com (else 401) and the table role (else 403).
 * @param port 0 picks a free port.
 * @throws {Error} when the port is in use.
 */
export async function startTables(context: EmulatorContext, port: number): Promise<Tables> {
  const azurite = await startAzurite(join(context.dataDir, 'tables'));
  const proxy = createAzuriteProxy(azurite.port);
  const server = createServer();
  async function close(): Promise<void> {
    server.close();
    server.closeAllConnections();
    proxy.close();
    await azurite.close();
  }
  try {
    await once(server.listen(port, '127.0.0.1'), 'listening');
  } catch (error) {
    await close();
    throw error;
  }
  const { port: listeningPort } = server.address() as AddressInfo;
  const allowedHosts = [`localhost:${listeningPort}`, `127.0.0.1:${listeningPort}`];
  const handle = createGateway(context, proxy, allowedHosts);
  server.on('request', async (request, response) => {
    try {
      await handle(request, response);
    } catch {
      response.destroy();
    }
  });
  return { endpoint: `http://localhost:${listeningPort}/${developmentAccount}`, close };
}

/** Creates the request listener: faults, authentication, authorization, then Azurite. */
function createGateway(
  context: EmulatorContext,
  proxy: AzuriteProxy,
  allowedHosts: readonly string[],
) {
  const authorizationUri = `${context.origin}/${context.directory.homeTenant.id}/oauth2/authorize`;
  const challenge = `Bearer authorization_uri=${authorizationUri} resource_id=${audience}`;

  /** Sends the response. Resolves to the facts for the record. */
  async function respond(
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<Record<string, unknown>> {
    const fault = context.policies.fault('tables');
    const faultFacts = fault && { fault: fault.kind };
    if (await applyFault(fault, response)) return { ...faultFacts };

    const { authorization, host = '' } = request.headers;
    const result = await identifyCaller(context, authorization, [audience, `${audience}/`]);
    const error =
      checkHost(host, allowedHosts) ??
      checkAccess(result) ??
      (await forward(proxy, request, response));
    if (error) sendError(response, error, challenge);
    return {
      ...(result.caller && { identity: result.caller.name }),
      ...(error && { error: error.code, reason: error.message }),
      ...faultFacts,
    };
  }

  return async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const started = performance.now();
    const facts = await respond(request, response);
    context.recorder.record({
      at: context.now(),
      took: performance.now() - started,
      hop: 'tables',
      operation: `${request.method} ${readTableName(request.url)}`,
      status: response.statusCode,
      facts,
    });
  };
}

function checkHost(host: string, allowedHosts: readonly string[]): TableError | undefined {
  if (allowedHosts.includes(host)) return undefined;
  return {
    status: 421,
    code: 'InvalidHost',
    message: 'The table service of the local emulators is served at localhost only.',
  };
}

function checkAccess({ caller, rejection }: CallerResult): TableError | undefined {
  if (!caller) {
    return {
      status: 401,
      code: 'InvalidAuthenticationInfo',
      message: `Server failed to authenticate the request. ${rejection}`,
    };
  }
  if (caller.roles.includes(requiredRole)) return undefined;
  return {
    status: 403,
    code: 'AuthorizationPermissionMismatch',
    message: 'This request is not authorized to perform this operation using this permission.',
  };
}

/** Resolves to an error when Azurite gave no response. */
async function forward(
  proxy: AzuriteProxy,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<TableError | undefined> {
  try {
    await proxy.forward(request, response);
    return undefined;
  } catch (error) {
    if (error instanceof BodyTooLarge) {
      return { status: 413, code: 'RequestBodyTooLarge', message: error.message };
    }
    return { status: 503, code: 'ServerBusy', message: 'Azurite does not respond.' };
  }
}

function sendError(
  response: ServerResponse,
  { status, code, message }: TableError,
  challenge: string,
): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  response.writeHead(status, {
    'Content-Type': 'application/json;odata=minimalmetadata',
    'x-ms-error-code': code,
    ...(status === 401 && { 'WWW-Authenticate': challenge }),
    // The unread end of the body must not be parsed as the next request.
    ...(status === 413 && { Connection: 'close' }),
  });
  const body = { 'odata.error': { code, message: { lang: 'en-US', value: message } } };
  response.end(JSON.stringify(body));
}

/** The name of the table without the keys of an entity, which can contain a user's id. */
function readTableName(url = ''): string {
  return /^\/\w+\/(\$?\w+)/.exec(url)?.[1] ?? '';
}
