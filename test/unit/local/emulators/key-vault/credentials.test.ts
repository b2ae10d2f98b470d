import { createPrivateKey, X509Certificate } from 'node:crypto';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { readDirectory } from '../../../../../local/emulators/entra/directory.ts';
import { openCredentials } from '../../../../../local/emulators/key-vault/credentials.ts';

const directory = readDirectory(undefined, 'http://localhost:5555');
const name = 'zero-trust-original-api';
let dataDir: string;
let time: number;
const open = () => openCredentials({ dataDir, directory, now: () => time });
const hour = 3_600_000;

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'credentials-'));
  time = Date.UTC(2026, 10, 20);
});
afterEach(() => rm(dataDir, { recursive: true, force: true }));

const certificateOf = (pem = '') =>
  new X509Certificate(pem.slice(pem.indexOf('-----BEGIN CERTIFICATE')));
const thumbprintOf = (pem = '') =>
  certificateOf(pem).fingerprint256.replaceAll(':', '').toLowerCase();

test('puts into the vault exactly the certificate and the secret that Entra accepts', async () => {
  const credentials = await open();
  const [certificate, ...older] = credentials.vaultVersions(name);
  const [secret] = credentials.vaultVersions(`${name}-secret`);

  expect(older).toEqual([]);
  expect(certificate).toMatchObject({
    contentType: 'application/x-pem-file',
    enabled: true,
    created: time,
  });
  expect(createPrivateKey(certificate?.value ?? '').asymmetricKeyType).toBe('rsa');
  expect(credentials.certificates('original-api')).toMatchObject([
    { thumbprintSha256: thumbprintOf(certificate?.value) },
  ]);
  expect(credentials.certificates('original-api')[0]?.notAfter).toBeGreaterThan(time);
  expect(credentials.secrets('original-api')).toEqual([
    { value: secret?.value, notAfter: secret?.expires },
  ]);
  expect(credentials.secretOf('original-api')).toBe(secret?.value);
});

test('keeps a secret that is not in the vault out of it, and knows nothing of apps without a credential', async () => {
  const credentials = await open();

  expect(credentials.secrets('daemon')).toHaveLength(1);
  expect(credentials.secretOf('daemon')).not.toBe(credentials.secretOf('original-api'));
  expect(credentials.vaultVersions('daemon-secret')).toEqual([]);
  expect(credentials.certificates('daemon')).toEqual([]);
  expect(credentials.secrets('client-app')).toEqual([]);
  expect(credentials.secrets('nobody')).toEqual([]);
  expect(() => credentials.secretOf('client-app')).toThrow(
    'The app "client-app" has no client secret.',
  );
});

test('survives a restart, in a file that only its owner may read', async () => {
  const first = await open();
  await first.rotate();
  const second = await open();

  expect(second.vaultVersions(name)).toEqual(first.vaultVersions(name));
  expect(second.secrets('original-api')).toEqual(first.secrets('original-api'));
  expect(second.secretOf('daemon')).toBe(first.secretOf('daemon'));
  expect((await stat(join(dataDir, 'credentials.json'))).mode & 0o777).toBe(0o600);
});

test('rotates: the vault keeps the old versions behind the new ones, Entra accepts the new ones alone', async () => {
  const credentials = await open();
  const [oldCertificate] = credentials.vaultVersions(name);
  const oldSecret = credentials.secretOf('original-api');
  await credentials.rotate();
  const [newCertificate, kept] = credentials.vaultVersions(name);

  expect(kept).toMatchObject({
    version: oldCertificate?.version,
    value: oldCertificate?.value,
    enabled: true,
  });
  expect(
    credentials.certificates('original-api').map((accepted) => accepted.thumbprintSha256),
  ).toEqual([thumbprintOf(newCertificate?.value)]);
  expect(credentials.secrets('original-api').map((accepted) => accepted.value)).toEqual([
    credentials.secretOf('original-api'),
  ]);
  expect(credentials.secretOf('original-api')).not.toBe(oldSecret);
});

test('expires: whoever holds the old certificate and whoever reads the vault anew both hold one that is over', async () => {
  const credentials = await open();
  const [before] = credentials.vaultVersions(name);
  await credentials.expire();
  const [after] = credentials.vaultVersions(name);
  const accepted = credentials.certificates('original-api');

  expect(accepted.map((certificate) => certificate.thumbprintSha256)).toEqual([
    thumbprintOf(after?.value),
    thumbprintOf(before?.value),
  ]);
  expect(accepted.every((certificate) => certificate.notAfter < time)).toBe(true);
  expect(Date.parse(certificateOf(after?.value).validTo)).toBeLessThan(time);
  expect(
    credentials
      .vaultVersions(name)
      .every((version) => version.enabled && (version.expires ?? time) < time),
  ).toBe(true);
  expect(credentials.secrets('original-api').every((secret) => secret.notAfter < time)).toBe(true);
  expect(credentials.secrets('daemon').every((secret) => secret.notAfter > time)).toBe(true);
});

test('disables every version in the vault and nothing at Entra', async () => {
  const credentials = await open();
  await credentials.rotate();
  const accepted = credentials.secrets('original-api');
  await credentials.disable();

  for (const secret of [name, `${name}-secret`])
    expect(credentials.vaultVersions(secret).map(({ enabled }) => enabled)).toEqual([false, false]);
  expect(credentials.secrets('original-api')).toEqual(accepted);
});

test.each(['expire', 'disable'] as const)(
  'restores a good pair after %s, and so does a restart',
  async (trouble) => {
    const credentials = await open();
    await credentials[trouble]();
    const reopened = await open();
    await credentials.restore();

    for (const each of [credentials, reopened]) {
      const [newest] = each.vaultVersions(name);
      expect(newest?.enabled).toBe(true);
      expect(each.certificates('original-api')).toMatchObject([
        { thumbprintSha256: thumbprintOf(newest?.value) },
      ]);
      expect(each.certificates('original-api')[0]?.notAfter).toBeGreaterThan(time);
    }
  },
);

test('restoring what is good changes nothing', async () => {
  const credentials = await open();
  const before = credentials.vaultVersions(name);
  await credentials.restore();

  expect(credentials.vaultVersions(name)).toEqual(before);
});

test('replaces a pair that ran out while the emulators was off', async () => {
  await open();
  time += 400 * 24 * hour;
  const credentials = await open();

  expect(credentials.certificates('original-api')[0]?.notAfter).toBeGreaterThan(time);
  expect(credentials.secrets('daemon')[0]?.notAfter).toBeGreaterThan(time);
});

test('takes one change after the other when several come at once, and keeps ten versions', async () => {
  const credentials = await open();
  await Promise.all(Array.from({ length: 11 }, () => credentials.rotate()));

  expect(credentials.vaultVersions(name)).toHaveLength(10);
  expect(new Set(credentials.vaultVersions(name).map(({ version }) => version)).size).toBe(10);
  expect(credentials.certificates('original-api')).toHaveLength(1);
});
