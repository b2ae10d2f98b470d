/**
 * Starts the local emulators on the loopback interface. Entra, Graph, Key Vault, managed identity
 * and the control API share one port. Table Storage has its own port.
 */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { isOnAzure } from '../../shared/settings.ts';
import type { EmulatorContext } from './context.ts';
import { createControl, publishControl } from './control/control.ts';
import { createRecorder } from './control/recorder.ts';
import { type IdentityName, readDirectory } from './entra/directory.ts';
import { createEntra } from './entra/entra.ts';
import { createPolicies } from './entra/policies.ts';
import { openSigningKeys } from './entra/signing-keys.ts';
import { createGraph } from './graph/graph.ts';
import { openCredentials } from './key-vault/credentials.ts';
import { createKeyVault } from './key-vault/key-vault.ts';
import { createListener } from './listener.ts';
import { createManagedIdentity } from './managed-identity/managed-identity.ts';
import { startTables } from './tables/tables.ts';

/** The options of `startEmulators`. */
export interface EmulatorOptions {
  /** The port of all emulators except Table Storage. 0 picks a free port. */
  readonly emulatorPort: number;
  /** The port of Table Storage. 0 picks a free port. */
  readonly tablePort: number;
  /** The origin of the Client App, for redirect URIs and CORS. */
  readonly clientAppOrigin: string;
  /** The folder for all data that survives a restart. It is created when it does not exist. */
  readonly dataDir: string;
  /** A directory file to use instead of `local/tenant.json`. */
  readonly directoryFile?: string;
  /** Milliseconds since 1970. Default: `Date.now`. */
  readonly now?: () => number;
}

/** The values with which an app uses its managed identity. */
interface AppIdentity {
  /** The `client_id` that the app sends for its user-assigned identity. */
  readonly clientId: string;
  /** The value of IDENTITY_HEADER, which the app sends as `x-identity-header`. */
  readonly header: string;
}

/** The running emulators. */
export interface Emulators {
  /** The state that the emulators share. */
  readonly context: EmulatorContext;
  /** The URL of the table service, with the account name as its path. */
  readonly tableEndpoint: string;
  /** The value that the control API expects in `x-control-token`. */
  readonly controlToken: string;
  /** The managed identities, by the names of their apps. */
  readonly identities: Readonly<Record<IdentityName, AppIdentity>>;
  /** Closes both ports, ends Azurite and removes the control file. */
  close(): Promise<void>;
}

async function createContext(options: EmulatorOptions, origin: string): Promise<EmulatorContext> {
  const { dataDir, clientAppOrigin, directoryFile, now = Date.now } = options;
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  const directory = readDirectory(directoryFile, clientAppOrigin);
  const [signingKeys, credentials] = await Promise.all([
    openSigningKeys({ dataDir }),
    openCredentials({ dataDir, directory, now }),
  ]);
  const policies = createPolicies({ directory, signingKeys, credentials, now });
  return {
    origin,
    clientAppOrigin,
    dataDir,
    now,
    directory,
    signingKeys,
    credentials,
    policies,
    recorder: createRecorder(),
  };
}

/** Adds the endpoints that share the port of `server`. */
function serveEndpoints(
  server: Server,
  context: EmulatorContext,
  controlToken: string,
): Emulators['identities'] {
  const managedIdentity = createManagedIdentity(context);
  const listener = createListener(context, [
    createControl(context, controlToken),
    createKeyVault(context),
    managedIdentity.endpoint,
    createGraph(context),
    createEntra(context),
  ]);
  server.on('request', (request, response) => void listener(request, response));
  const identities = context.directory.identities.map(({ name, clientId }) => [
    name,
    { clientId, header: managedIdentity.headers[name] },
  ]);
  return Object.fromEntries(identities) as Emulators['identities'];
}

/**
 * Starts the emulators on 127.0.0.1.
 * @throws {Error} when a port is in use. On Azure it always throws, because anyone who reaches the
 *   emulators can get a token for any user.
 */
export async function startEmulators(options: EmulatorOptions): Promise<Emulators> {
  if (isOnAzure()) {
    throw new Error('The local emulators must not run on Azure. Start them on your own machine.');
  }
  const server = createServer();
  await once(server.listen(options.emulatorPort, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;

  const cleanups: (() => unknown)[] = [() => server.close(), () => server.closeAllConnections()];
  const close = async () => {
    for (const cleanup of cleanups) await cleanup();
  };
  try {
    const context = await createContext(options, `http://localhost:${port}`);
    const tables = await startTables(context, options.tablePort);
    cleanups.push(tables.close);

    const controlToken = randomBytes(24).toString('base64url');
    const identities = serveEndpoints(server, context, controlToken);
    cleanups.push(await publishControl(context, controlToken));

    return { context, tableEndpoint: tables.endpoint, controlToken, identities, close };
  } catch (error) {
    await close();
    throw error;
  }
}
