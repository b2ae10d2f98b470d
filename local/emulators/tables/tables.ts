/** Table Storage as the shipped code meets it, with Entra's tokens and Azure's roles: a gateway that signs for Azurite, which knows neither. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { EmulatorContext } from '../context.ts';
import { applyFault } from '../control/faults.ts';
import { identifyCaller, type PlatformCaller } from '../managed-identity/identify-caller.ts';
import { startAzurite } from './azurite.ts';
import { BodyTooLarge, createTableForwarder } from './azurite-proxy.ts';
import { developmentAccount } from './shared-key-lite.ts';

const audience = 'https://storage.azure.com';
const role = 'Storage Table Data Contributor';

type Refusal = readonly [status: number, code: string, message: string];

/**
 * Starts the table store, its data in `dataDir/tables`, and serves it on 127.0.0.1:`port` (0: a free one). Every request needs a managed
 * identity's token for https://storage.azure.com (else 401) and that identity's table role (else 403), as Table Storage answers.
 */
export async function startTables(
  context: EmulatorContext,
  port: number,
): Promise<{ endpoint: string; close(): Promise<void> }> {
  const azurite = await startAzurite(join(context.dataDir, 'tables'));
  const forwarder = createTableForwarder(azurite.port);
  const hosts: string[] = [];
  const challenge = `Bearer authorization_uri=${context.origin}/${context.directory.homeTenant.id}/oauth2/authorize resource_id=${audience}`;

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const started = performance.now();
    const fault = context.policies.fault('tables');
    const answered = await applyFault(fault, response);
    const caller = answered
      ? undefined
      : await identifyCaller(context, request.headers.authorization, [audience, `${audience}/`]);
    const refusal =
      caller === undefined
        ? undefined
        : (judge(caller, hosts.includes(request.headers.host ?? '')) ??
          (await forward(request, response)));
    if (refusal) refuse(response, refusal, challenge);
    context.recorder.record({
      at: context.now(),
      took: performance.now() - started,
      hop: 'tables',
      operation: `${request.method} ${tableOf(request.url)}`,
      status: response.statusCode,
      facts: {
        ...(typeof caller === 'object' && { identity: caller.name }),
        ...(refusal && { error: refusal[1], reason: refusal[2] }),
        ...(fault && { fault: fault.kind }),
      },
    });
  }

  /** Resolves to a refusal where the store gave no answer that could be passed on. */
  async function forward(
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<Refusal | undefined> {
    try {
      await forwarder.forward(request, response);
      return undefined;
    } catch (error) {
      if (error instanceof BodyTooLarge) return [413, 'RequestBodyTooLarge', error.message];
      return [503, 'ServerBusy', 'The table store does not answer.'];
    }
  }

  const server = createServer(
    (request, response) => void answer(request, response).catch(() => response.destroy()),
  );
  async function close(): Promise<void> {
    server.close();
    server.closeAllConnections();
    forwarder.close();
    await azurite.close();
  }
  try {
    await once(server.listen(port, '127.0.0.1'), 'listening');
  } catch (error) {
    await close();
    throw error;
  }
  const { port: listening } = server.address() as AddressInfo;
  hosts.push(`localhost:${listening}`, `127.0.0.1:${listening}`);
  return { endpoint: `http://localhost:${listening}/${developmentAccount}`, close };
}

function judge(caller: PlatformCaller | string, isOwnHost: boolean): Refusal | undefined {
  if (!isOwnHost)
    return [
      421,
      'InvalidHost',
      'The table store of the local emulators is reached as localhost only.',
    ];
  if (typeof caller === 'string')
    return [
      401,
      'InvalidAuthenticationInfo',
      `Server failed to authenticate the request. ${caller}`,
    ];
  if (caller.roles.includes(role)) return undefined;
  return [
    403,
    'AuthorizationPermissionMismatch',
    'This request is not authorized to perform this operation using this permission.',
  ];
}

function refuse(
  response: ServerResponse,
  [status, code, message]: Refusal,
  challenge: string,
): void {
  if (response.headersSent) return void response.destroy();
  response.writeHead(status, {
    'Content-Type': 'application/json;odata=minimalmetadata',
    'x-ms-error-code': code,
    ...(status === 401 && { 'WWW-Authenticate': challenge }),
    // The rest of a body that nobody wants must not be read as the next request.
    ...(status === 413 && { Connection: 'close' }),
  });
  response.end(
    JSON.stringify({ 'odata.error': { code, message: { lang: 'en-US', value: message } } }),
  );
}

/** The table's name alone: keys may hold a person's id. */
const tableOf = (url = '') => /^\/\w+\/(\$?\w+)/.exec(url)?.[1] ?? '';
