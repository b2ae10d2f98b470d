/** The local stand: Entra, Key Vault, managed identity and the control API behind one port, the table store behind another. Loopback only. */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { isOnAzure } from '../shared/settings.ts';
import { openCredentials } from './azure/credentials.ts';
import { createKeyVault } from './azure/key-vault.ts';
import { createManagedIdentity } from './azure/managed-identity.ts';
import { startTables } from './azure/tables.ts';
import type { StandContext } from './context.ts';
import { createControl, publishControl } from './control.ts';
import { type IdentityName, readDirectory } from './entra/directory.ts';
import { createEntra } from './entra/entra.ts';
import { createPolicies } from './entra/policies.ts';
import { openSigningKeys } from './entra/signing-keys.ts';
import { createRecorder } from './recorder.ts';
import { createStandListener } from './stand-listener.ts';

export interface StandOptions {
  /** 0: a free one. */
  readonly standPort: number;
  /** 0: a free one. */
  readonly tablePort: number;
  readonly clientAppOrigin: string;
  readonly dataDir: string;
  /** A directory other than `local/tenant.json`. */
  readonly directoryFile?: string;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
}

export interface Stand {
  readonly context: StandContext;
  readonly tableEndpoint: string;
  /** The `x-control-token` of the control API. */
  readonly controlToken: string;
  /** What an app's process needs to be its managed identity: the client id, and the value of IDENTITY_HEADER. */
  readonly identities: Readonly<Record<IdentityName, { readonly clientId: string; readonly header: string }>>;
  close(): Promise<void>;
}

async function openContext(options: StandOptions, origin: string): Promise<StandContext> {
  const { dataDir, clientAppOrigin, directoryFile, now = Date.now } = options;
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  const directory = readDirectory(directoryFile, clientAppOrigin);
  const [signingKeys, credentials] = await Promise.all([openSigningKeys({ dataDir }), openCredentials({ dataDir, directory, now })]);
  const policies = createPolicies({ directory, signingKeys, credentials, now });
  return { origin, clientAppOrigin, dataDir, now, directory, signingKeys, credentials, policies, recorder: createRecorder() };
}

/** Starts it all on 127.0.0.1. Rejects when a port is taken, and always on Azure: whoever reaches the stand can be anybody. */
export async function startStand(options: StandOptions): Promise<Stand> {
  if (isOnAzure()) throw new Error('The local stand does not run on Azure.');
  const server = createServer();
  await once(server.listen(options.standPort, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  const closing: (() => Promise<unknown> | unknown)[] = [() => server.close(), () => server.closeAllConnections()];
  const close = async () => {
    for (const step of closing) await step();
  };
  try {
    const context = await openContext(options, `http://localhost:${port}`);
    const tables = await startTables(context, options.tablePort);
    closing.push(tables.close);
    const managedIdentity = createManagedIdentity(context);
    const controlToken = randomBytes(24).toString('base64url');
    const endpoints = [createControl(context, controlToken), createKeyVault(context), managedIdentity.endpoint, createEntra(context)];
    const listen = createStandListener(context, endpoints);
    server.on('request', (request: IncomingMessage, response: ServerResponse) => void listen(request, response));
    closing.push(await publishControl(context, controlToken));
    const identities = Object.fromEntries(
      context.directory.identities.map(({ name, clientId }) => [name, { clientId, header: managedIdentity.headers[name] }]),
    ) as Stand['identities'];
    return { context, tableEndpoint: tables.endpoint, controlToken, identities, close };
  } catch (error) {
    await close();
    throw error;
  }
}
