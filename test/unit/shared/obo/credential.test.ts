import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { inspect } from 'node:util';
import { expect, test } from '@jest/globals';
import { createSelfSignedCertificate } from '../../../../local/emulators/key-vault/self-signed-certificate.ts';
import {
  createFederatedCredential,
  createVaultCredential,
} from '../../../../shared/obo/credential.ts';
import { rsaKey } from '../../../support/issuer.ts';
import { until } from '../../../support/until.ts';

const identity = {
  getToken: async () => ({ token: 'identity-token', expiresOnTimestamp: Date.now() + 3_600_000 }),
};
const pem = (key: ReturnType<typeof rsaKey>) =>
  key.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();

/** A vault of the test's own, for what the emulators's vault would never hold. */
async function withVault(
  answers: (() => { status?: number; body: object })[],
  use: (
    source: ReturnType<typeof createVaultCredential>,
    reads: () => number,
    pass: (ms: number) => void,
  ) => Promise<void>,
  kind: 'key-vault-certificate' | 'key-vault-secret' = 'key-vault-certificate',
) {
  let reads = 0;
  let now = 0;
  const server = createServer((request, response) => {
    if (!request.headers.authorization)
      return response
        .writeHead(401, {
          'www-authenticate':
            'Bearer authorization="https://login.example/t", resource="https://vault.azure.net"',
        })
        .end();
    const { status = 200, body } = (
      answers[Math.min(reads, answers.length - 1)] as () => { status?: number; body: object }
    )();
    reads += 1;
    return response
      .writeHead(status, { 'content-type': 'application/json' })
      .end(JSON.stringify(body));
  });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  const endpoint = new URL(`http://localhost:${(server.address() as AddressInfo).port}`);
  try {
    await use(
      createVaultCredential({ endpoint, name: 'name', kind, identity, now: () => now }),
      () => reads,
      (milliseconds) => {
        now += milliseconds;
      },
    );
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

const secret = (value: string, version: string) => () => ({
  body: {
    value,
    id: `https://vault.example/secrets/name/${version}`,
    attributes: { enabled: true },
  },
});

test('50 at once read a secret once, and it is kept', async () => {
  await withVault(
    [secret('one', '1')],
    async (source, reads) => {
      const credentials = await Promise.all(Array.from({ length: 50 }, () => source.current()));
      await source.current();
      expect(reads()).toBe(1);
      expect(credentials[0]?.options()).toEqual({ clientSecret: 'one' });
      expect(inspect(credentials, { depth: 9, showHidden: true })).not.toContain("one'");
    },
    'key-vault-secret',
  );
});

test('refused by Entra, it is read again, for all who were refused at once; then not before a minute has passed', async () => {
  await withVault(
    [secret('one', '1'), secret('two', '2'), secret('two', '2'), secret('three', '3')],
    async (source, reads, pass) => {
      const { version } = await source.current();
      const renewed = await Promise.all(Array.from({ length: 20 }, () => source.renew(version)));
      expect(new Set(renewed.map((credential) => credential?.options().clientSecret))).toEqual(
        new Set(['two']),
      );
      expect(reads()).toBe(2);
      const second = (await source.current()).version;
      expect(await source.renew(second)).toBeUndefined();
      expect(reads()).toBe(2);
      pass(60_000);
      expect(await source.renew(second)).toBeUndefined();
      expect(reads()).toBe(3);
      pass(60_000);
      expect((await source.renew(second))?.options().clientSecret).toBe('three');
    },
    'key-vault-secret',
  );
});

test('refused by Entra after the clock has stepped back, it is read again all the same', async () => {
  await withVault(
    [secret('one', '1'), secret('one', '1'), secret('two', '2')],
    async (source, _reads, pass) => {
      pass(2 * 60 * 60_000);
      const { version } = await source.current();
      expect(await source.renew(version)).toBeUndefined();
      pass(-60 * 60_000);
      expect((await source.renew(version))?.options().clientSecret).toBe('two');
    },
    'key-vault-secret',
  );
});

test('it is read afresh beside the calls after four hours, and a read that fails leaves what is held', async () => {
  const down = () => ({ status: 500, body: {} });
  await withVault(
    [secret('one', '1'), secret('two', '2'), down],
    async (source, reads, pass) => {
      await source.current();
      pass(4 * 60 * 60_000 + 1);
      expect((await source.current()).options().clientSecret).toBe('one');
      await until(
        'the new one',
        async () => (await source.current()).options().clientSecret === 'two',
      );
      pass(4 * 60 * 60_000 + 1);
      await source.current();
      await until('a read that fails', () => reads() > 2);
      expect((await source.current()).options().clientSecret).toBe('two');
    },
    'key-vault-secret',
  );
});

test('a newer version that Entra does not know yet is no outage: the one before is used', async () => {
  await withVault(
    [secret('one', '1'), secret('two', '2')],
    async (source, _reads, pass) => {
      await source.current();
      pass(4 * 60 * 60_000 + 1);
      await until(
        'the new one',
        async () => (await source.current()).options().clientSecret === 'two',
      );
      const renewed = await Promise.all([1, 2, 3].map(() => source.renew('2')));
      expect(renewed.map((credential) => credential?.options().clientSecret)).toEqual([
        'one',
        'one',
        'one',
      ]);
      expect((await source.current()).options().clientSecret).toBe('one');
    },
    'key-vault-secret',
  );
});

const key = rsaKey();
/** Key and certificate in one PEM, as the vault holds them. */
const good = await createSelfSignedCertificate({
  commonName: 'x',
  notBefore: 0,
  notAfter: Date.now() + 3_600_000,
  key: key.privateKey,
});
const [certificate = ''] = /-----BEGIN CERT[\s\S]+/.exec(good) ?? [];
const bad: [string, string][] = [
  ['no PEM', 'MIIKcQIBAzCCCi0GCSqGSIb3DQEHAaCC'],
  ['a key without a certificate', pem(key)],
  ['a certificate whose key is another', pem(rsaKey()) + certificate],
];
test.each(bad)(
  'a certificate that is %s is not used, and the next read may be good',
  async (_name, value) => {
    await withVault([secret(value, '1'), secret(good, '2')], async (source, _reads, pass) => {
      await expect(source.current()).rejects.toMatchObject({
        code: 'unavailable',
        options: { logContext: { check: 'credential' } },
      });
      pass(1_000);
      const { clientCertificate } = (await source.current()).options();
      expect(clientCertificate).toMatchObject({
        thumbprintSha256: expect.stringMatching(/^[0-9a-f]{64}$/),
        privateKey: pem(key).trim(),
      });
    });
  },
);

test('the vault’s refusal is a fault of ours: unavailable, with its status and nothing else', async () => {
  await withVault(
    [() => ({ status: 403, body: { error: { code: 'Forbidden', message: 'canary' } } })],
    async (source) => {
      const apiError = await source.current().catch((error: unknown) => error);
      expect(apiError).toMatchObject({
        code: 'unavailable',
        options: { logContext: { check: 'credential', reason: '403' } },
      });
      expect(inspect(apiError)).not.toContain('canary');
    },
  );
});

test('secretless: the managed identity’s token is the assertion', async () => {
  const { clientAssertion } = (await createFederatedCredential(identity).current()).options();
  expect(await (clientAssertion as () => Promise<string>)()).toBe('identity-token');
});
