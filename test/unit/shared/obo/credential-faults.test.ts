import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from '@jest/globals';
import {
  createFederatedCredential,
  createVaultCredential,
} from '../../../../shared/obo/credential.ts';
import { until } from '../../../support/until.ts';

const hour = 60 * 60_000;
const entraLogin =
  'Bearer authorization="https://login.example/t", resource="https://vault.azure.net"';
const identity = {
  getToken: async () => ({ token: 'identity-token', expiresOnTimestamp: Date.now() + hour }),
};

/** What the vault holds or answers now: a version of the secret, or a status. */
type Vault = {
  version: string;
  status: number;
  retryAfter: string | undefined;
  value?: string;
  end?: number;
};

async function withVault(
  use: (
    source: ReturnType<typeof createVaultCredential>,
    vault: Vault,
    clock: Clock,
  ) => Promise<void>,
) {
  const vault: Vault = { version: '1', status: 200, retryAfter: undefined };
  const clock: Clock = { now: 0, reads: 0 };
  const server = createServer((request, response) => {
    if (!request.headers.authorization)
      return response.writeHead(401, { 'www-authenticate': entraLogin }).end();
    clock.reads += 1;
    const { version, status, retryAfter, value = `secret ${version}`, end } = vault;
    const attributes = { enabled: true, ...(end && { exp: end / 1_000 }) };
    if (status === 0) return request.socket.destroy();
    const body = { value, id: `https://vault.example/secrets/name/${version}`, attributes };
    return response
      .writeHead(status, {
        'content-type': 'application/json',
        ...(retryAfter && { 'retry-after': retryAfter }),
      })
      .end(JSON.stringify(status === 200 ? body : {}));
  });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  const endpoint = new URL(`http://localhost:${(server.address() as AddressInfo).port}`);
  try {
    await use(
      createVaultCredential({
        endpoint,
        name: 'name',
        kind: 'key-vault-secret',
        identity,
        now: () => clock.now,
      }),
      vault,
      clock,
    );
  } finally {
    server.closeAllConnections();
    server.close();
  }
}
type Clock = { now: number; reads: number };

test('two versions in a row that Entra does not know yet are no outage: the one that it knows is kept', () =>
  withVault(async (source, vault, clock) => {
    await source.current();
    for (const version of ['2', '3']) {
      vault.version = version;
      clock.now += 4 * hour + 1;
      await until(`version ${version}`, async () => (await source.current()).version === version);
      expect((await source.renew(version))?.version).toBe('1');
      expect((await source.current()).version).toBe('1');
    }
  }));

test('a connection that breaks is tried once more at once', () =>
  withVault(async (source, vault, clock) => {
    vault.status = 0;
    await expect(source.current()).rejects.toMatchObject({ code: 'unavailable' });
    expect(clock.reads).toBe(2);
  }));

test('an empty secret is no credential', () =>
  withVault(async (source, vault) => {
    vault.value = '';
    await expect(source.current()).rejects.toMatchObject({
      code: 'unavailable',
      options: { logContext: { reason: 'an empty secret' } },
    });
  }));

test('a stumble is tried once more at once; a vault that wants to be left alone is not, for as long as it says', () =>
  withVault(async (source, vault, clock) => {
    vault.status = 503;
    await expect(source.current()).rejects.toMatchObject({
      code: 'unavailable',
      options: { logContext: { reason: '503' } },
    });
    await expect(source.current()).rejects.toMatchObject({ code: 'unavailable' });
    expect(clock.reads).toBe(2);
    clock.now += 1_000;
    vault.retryAfter = '20';
    await expect(source.current()).rejects.toMatchObject({
      code: 'unavailable',
      options: { retryAfter: 20 },
    });
    expect(clock.reads).toBe(3);
    vault.status = 200;
    clock.now += 19_999;
    await expect(source.current()).rejects.toMatchObject({ code: 'unavailable' });
    clock.now += 1;
    expect((await source.current()).version).toBe('1');
    expect(clock.reads).toBe(4);
  }));

test('in the last hour before its end it is asked for every minute, and not more often', () =>
  withVault(async (source, vault, clock) => {
    vault.end = 2 * hour;
    await source.current();
    clock.now = hour - 1;
    await source.current();
    expect(clock.reads).toBe(1);
    vault.version = '2';
    clock.now = hour + 1;
    await until('the next one', async () => (await source.current()).version === '2');
    for (let request = 0; request < 20; request += 1) {
      await source.current();
      // A read that should not be has the time to arrive.
      await new Promise((resolve) => setImmediate(resolve));
    }
    await source.renew('1');
    expect(clock.reads).toBe(2);
    clock.now += 60_001;
    await source.current();
    await until('the next read', () => clock.reads === 3);
  }));

test('who is refused late, with a credential that was renewed meanwhile, gets the new one without another read', () =>
  withVault(async (source, vault, clock) => {
    await source.current();
    vault.version = '2';
    expect((await source.renew('1'))?.version).toBe('2');
    expect((await source.renew('1'))?.version).toBe('2');
    expect(clock.reads).toBe(2);
  }));

test('secretless: the managed identity is asked once while its token is good, and again beside the calls before it ends', async () => {
  let now = 0;
  let asks = 0;
  const counting = {
    getToken: async () => {
      asks += 1;
      return { token: `token ${asks}`, expiresOnTimestamp: now + hour };
    },
  };
  const { clientAssertion } = (
    await createFederatedCredential(counting, () => now).current()
  ).options();
  const assert = clientAssertion as () => Promise<string>;
  expect(new Set(await Promise.all(Array.from({ length: 50 }, assert)))).toEqual(
    new Set(['token 1']),
  );
  now = 54 * 60_000;
  expect([await assert(), asks]).toEqual(['token 1', 1]);
  now = 56 * 60_000;
  expect(await assert()).toBe('token 1');
  await until('the next one', async () => (await assert()) === 'token 2');
  now += hour;
  expect(await assert()).toBe('token 3');
});
