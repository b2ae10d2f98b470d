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
import { openManagedIdentityKeys } from '../../../../local/emulators/managed-identity/keys.ts';

export interface TestContext {
  readonly context: EmulatorContext;
  /** Moves the clock forward. */
  pass(milliseconds: number): void;
  /** Removes the data folder. */
  remove(): Promise<void>;
}

const origin = 'http://localhost:5556';

/** Creates the context of emulators that do not run, with a data folder and a clock for a test. */
export async function createTestContext(): Promise<TestContext> {
  const dataDir = await mkdtemp(join(tmpdir(), 'emulators-'));
  const clientAppOrigin = 'http://localhost:5555';
  let offset = 0;
  const now = () => Date.now() + offset;
  const directory = readDirectory(undefined, clientAppOrigin);
  const signingKeys = await openSigningKeys({ dataDir });
  const credentials = await openCredentials({ dataDir, directory, now });
  const policies = createPolicies({ directory, signingKeys, credentials, now });
  return {
    context: {
      origin,
      clientAppOrigin,
      dataDir,
      now,
      directory,
      signingKeys,
      credentials,
      policies,
      recorder: createRecorder(),
    },
    pass: (milliseconds) => {
      offset += milliseconds;
    },
    remove: () => rm(dataDir, { recursive: true, force: true }),
  };
}

/** Calls an endpoint without a server. Resolves to `undefined` for a path of another endpoint. */
export function callEndpoint(
  endpoint: Endpoint,
  path: string,
  options: { readonly method?: string; readonly headers?: Record<string, string> } = {},
): Promise<EmulatorResponse | undefined> {
  const { method = 'GET', headers = {} } = options;
  return endpoint({ method, url: new URL(path, origin), headers, body: Buffer.alloc(0) });
}

/** Returns an Authorization header with claims that the key of managed identities has signed. */
export async function signBearer(context: EmulatorContext, claims: object): Promise<string> {
  const keys = await openManagedIdentityKeys(context);
  return `Bearer ${await keys.sign(claims)}`;
}

export type Claims = Record<string, unknown>;

/** The claims of a managed identity's token. */
export function createIdentityClaims(
  context: EmulatorContext,
  identity: string,
  aud: string,
): Claims {
  const { principalId, clientId } = context.directory.identity(identity) ?? {};
  const nowSeconds = Math.floor(context.now() / 1000);
  const tid = context.directory.homeTenant.id;
  return {
    iss: `${context.origin}/${tid}/`,
    aud,
    tid,
    oid: principalId,
    sub: principalId,
    appid: clientId,
    idtyp: 'app',
    iat: nowSeconds,
    nbf: nowSeconds,
    exp: nowSeconds + 3_600,
  };
}
