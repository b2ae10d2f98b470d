/** The local emulators: Entra, Key Vault, managed identity and the control API behind one port, the table store behind another. Loopback only. */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { isOnAzure } from '../../shared/settings.ts';
import type { EmulatorContext } from './context.ts';
import { createControl, publishControl } from './control/control.ts';
import { createRecorder } from './control/recorder.ts';
import { type IdentityName, readDirectory } from './entra/directory.ts';
import { createEntra } from './entra/entra.ts';
import { createPolicies } from './entra/policies.ts';
import { openSigningKeys } from './entra/signing-keys.ts';
import { openCredentials } from './key-vault/credentials.ts';
import { createKeyVault } from './key-vault/key-vault.ts';
import { createListener } from './listener.ts';
import { createManagedIdentity } from './managed-identity/managed-identity.ts';
import { startTables } from './tables/tables.ts';

export interface EmulatorOptions {
  /** 0: a free one. */
  readonly emulatorPort: number;
  /** 0: a free one. */
  readonly tablePort: number;
  readonly clientAppOrigin: string;
  readonly dataDir: string;
  /** A directory other than `local/tenant.json`. */
  readonly directoryFile?: string;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
}

export interface Emulators {
  readonly context: EmulatorContext;
  readonly tableEndpoint: string;
  /** The `x-control-token` of the control API. */
  readonly controlToken: string;
  /** What an app's process needs to be its managed identity: the client id, and the value of IDENTITY_HEADER. */
  readonly identities: Readonly<
    Record<IdentityName, { readonly clientId: string; readonly header: string }>
  >;
  close(): Promise<void>;
}

async function openContext(options: EmulatorOptions, origin: string): Promise<EmulatorContext> {
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

/** Starts it all on 127.0.0.1. Rejects when a port is taken, and always on Azure: whoever reaches the emulators can be anybody. */
export async function startEmulators(options: EmulatorOptions): Promise<Emulators> {
  if (isOnAzure()) throw new Error('The local emulators does not run on Azure.');
  const server = createServer();
  await once(server.listen(options.emulatorPort, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  const closing: (() => Promise<unknown> | unknown)[] = [
    () => server.close(),
    () => server.closeAllConnections(),
  ];
  const close = async () => {
    for (const step of closing) await step();
  };
  try {
    const context = await openContext(options, `http://localhost:${port}`);
    const tables = await startTables(context, options.tablePort);
    closing.push(tables.close);
    const managedIdentity = createManagedIdentity(context);
    const controlToken = randomBytes(24).toString('base64url');
    const endpoints = [
      createControl(context, controlToken),
      createKeyVault(context),
      managedIdentity.endpoint,
      createEntra(context),
    ];
    const listen = createListener(context, endpoints);
    server.on(
      'request',
      (request: IncomingMessage, response: ServerResponse) => void listen(request, response),
    );
    closing.push(await publishControl(context, controlToken));
    const identities = Object.fromEntries(
      context.directory.identities.map(({ name, clientId }) => [
        name,
        { clientId, header: managedIdentity.headers[name] },
      ]),
    ) as Emulators['identities'];
    return { context, tableEndpoint: tables.endpoint, controlToken, identities, close };
  } catch (error) {
    await close();
    throw error;
  }
}
