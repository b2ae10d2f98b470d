import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach } from '@jest/globals';
import type { ClientCredential } from '../../../../shared/obo/credential.ts';
import { keyVaultSecret } from '../../../../shared/obo/key-vault.ts';
import { until } from '../../../support/until.ts';

export const second = 1_000;
export const minute = 60 * second;
export const hour = 60 * minute;

/** A version of the secret in the vault. */
type SecretVersion = {
  readonly version: string;
  readonly value: string;
  /** Milliseconds since 1970. */
  readonly expiresAt?: number | undefined;
};

const identity = {
  getToken: async () => ({ token: 'identity-token', expiresOnTimestamp: Date.now() + hour }),
};

const challenge =
  'Bearer authorization="https://login.example/t", resource="https://vault.azure.net"';

const servers = new Set<Server>();

afterEach(() => {
  for (const server of servers) {
    server.closeAllConnections();
    server.close();
  }
  servers.clear();
});

export const secretOf = (credential: ClientCredential | undefined) =>
  credential?.options().clientSecret;

/** Starts a vault with version 1 of a secret, and creates a credential with a clock. */
export async function setUpVault({
  createSource = keyVaultSecret,
}: {
  readonly createSource?: typeof keyVaultSecret;
} = {}) {
  let now = 0;
  let reads = 0;
  let respond = respondWithSecret({ version: '1', value: 'secret 1' });

  const server = createServer((request, response) => {
    if (!request.headers.authorization) {
      response.writeHead(401, { 'www-authenticate': challenge }).end();
      return;
    }
    reads += 1;
    respond(response);
  });
  servers.add(server);
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  const vaultUrl = `http://localhost:${(server.address() as AddressInfo).port}`;
  const source = createSource({ vaultUrl, name: 'name', identity, now: () => now });

  return {
    source,
    countReads: () => reads,
    pass: (milliseconds: number) => {
      now += milliseconds;
    },
    /** Makes this the newest version in the vault. */
    storeSecret(version: string, options: { value?: string; expiresAt?: number } = {}) {
      const { value = `secret ${version}`, expiresAt } = options;
      respond = respondWithSecret({ version, value, expiresAt });
    },
    /** Makes the vault fail with this status. */
    failWith(status: number, headers: Record<string, string> = {}) {
      respond = (response) =>
        response
          .writeHead(status, { 'content-type': 'application/json', ...headers })
          .end('{"error":{"code":"Some","message":"canary"}}');
    },
    /** Makes the vault break every connection. */
    breakConnections() {
      respond = (response) => response.destroy();
    },
    /** Waits until a refresh in the background has brought this version. */
    waitForVersion: (version: string) =>
      until(`version ${version}`, async () => (await source.current()).version === version),
  };
}

const respondWithSecret =
  ({ version, value, expiresAt }: SecretVersion) =>
  (response: ServerResponse): unknown =>
    response.writeHead(200, { 'content-type': 'application/json' }).end(
      JSON.stringify({
        value,
        id: `https://vault.example/secrets/name/${version}`,
        attributes: {
          enabled: true,
          ...(expiresAt !== undefined && { exp: expiresAt / 1_000 }),
        },
      }),
    );
