import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type {
  EmulatorContext,
  EmulatorResponse,
  Endpoint,
} from '../../../../local/emulators/context.ts';
import { createRecorder } from '../../../../local/emulators/control/recorder.ts';
import { readDirectory } from '../../../../local/emulators/entra/directory.ts';
import { createPolicies } from '../../../../local/emulators/entra/policies.ts';
import { openSigningKeys } from '../../../../local/emulators/entra/signing-keys.ts';
import { openCredentials } from '../../../../local/emulators/key-vault/credentials.ts';
import { openPlatformKeys } from '../../../../local/emulators/managed-identity/platform-keys.ts';

/** What the Azure parts of the emulators share, in a folder of its own, with a clock that a test may move by `pass`. */
export async function createAzureContext(): Promise<{
  context: EmulatorContext;
  pass(milliseconds: number): void;
  remove(): Promise<void>;
}> {
  const dataDir = await mkdtemp(join(tmpdir(), 'azure-'));
  const clientAppOrigin = 'http://localhost:5555';
  let ahead = 0;
  const now = () => Date.now() + ahead;
  const directory = readDirectory(undefined, clientAppOrigin);
  const signingKeys = await openSigningKeys({ dataDir });
  const credentials = await openCredentials({ dataDir, directory, now });
  const policies = createPolicies({ directory, signingKeys, credentials, now });
  const recorder = createRecorder();
  return {
    context: {
      origin: 'http://localhost:5556',
      clientAppOrigin,
      dataDir,
      now,
      directory,
      signingKeys,
      credentials,
      policies,
      recorder,
    },
    pass: (milliseconds) => {
      ahead += milliseconds;
    },
    remove: () => rm(dataDir, { recursive: true, force: true }),
  };
}

/** Asks an endpoint directly. */
export async function ask(
  endpoint: Endpoint,
  path: string,
  headers: Record<string, string> = {},
  method = 'GET',
): Promise<EmulatorResponse> {
  const answer = await endpoint({
    method,
    url: new URL(path, 'http://localhost:5556'),
    headers,
    body: Buffer.alloc(0),
  });
  return answer ?? { status: 0 };
}

/** An Authorization value with these claims, signed as managed identities' tokens are. */
export async function signBearer(context: EmulatorContext, claims: object): Promise<string> {
  return `Bearer ${await (await openPlatformKeys(context)).sign(claims)}`;
}

/** The claims that a managed identity's token has; a test changes what it is about. */
export function identityClaims(
  context: EmulatorContext,
  identity: string,
  aud: string,
): Record<string, unknown> {
  const { principalId, clientId } = context.directory.identity(identity) ?? {};
  const seconds = Math.floor(context.now() / 1000);
  const tid = context.directory.homeTenant.id;
  return {
    iss: `${context.origin}/${tid}/`,
    aud,
    tid,
    oid: principalId,
    sub: principalId,
    appid: clientId,
    idtyp: 'app',
    iat: seconds,
    nbf: seconds,
    exp: seconds + 3600,
  };
}
