import { createPrivateKey, X509Certificate } from 'node:crypto';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { readDirectory } from '../../../../../local/emulators/entra/directory.ts';
import {
  type Credentials,
  openCredentials,
} from '../../../../../local/emulators/key-vault/credentials.ts';

const directory = readDirectory(undefined, 'http://localhost:5555');
const certificateName = 'zero-trust-original-api';
const secretName = 'zero-trust-original-api-secret';
const dayMs = 24 * 3_600_000;
const start = Date.UTC(2026, 10, 20);

let dataDir: string;
let credentials: Credentials;
const open = (now = start) => openCredentials({ dataDir, directory, now: () => now });

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'credentials-'));
  credentials = await open();
});
afterEach(() => rm(dataDir, { recursive: true, force: true }));

function readCertificate(pem = ''): X509Certificate {
  return new X509Certificate(pem.slice(pem.indexOf('-----BEGIN CERTIFICATE')));
}

function readThumbprint(pem?: string): string {
  return readCertificate(pem).fingerprint256.replaceAll(':', '').toLowerCase();
}

/** The thumbprints of the certificates that Entra accepts for Original API. */
function acceptedThumbprints(from = credentials): string[] {
  return from.certificates('original-api').map(({ thumbprintSha256 }) => thumbprintSha256);
}

describe('new credentials', () => {
  test('have one certificate in Key Vault, which Entra accepts', () => {
    const versions = credentials.vaultVersions(certificateName);
    const [certificate] = versions;

    expect(versions).toMatchObject([
      { contentType: 'application/x-pem-file', enabled: true, created: start },
    ]);
    expect(createPrivateKey(certificate?.value ?? '').asymmetricKeyType).toBe('rsa');
    expect(acceptedThumbprints()).toEqual([readThumbprint(certificate?.value)]);
    expect(credentials.certificates('original-api')[0]?.notAfter).toBeGreaterThan(start);
  });

  test('have one secret in Key Vault, which Entra accepts', () => {
    const [secret] = credentials.vaultVersions(secretName);

    expect(credentials.secrets('original-api')).toEqual([
      { value: secret?.value, notAfter: secret?.expires },
    ]);
    expect(credentials.secretOf('original-api')).toBe(secret?.value);
  });

  test('keep the secret of daemon out of Key Vault', () => {
    expect(credentials.secrets('daemon')).toHaveLength(1);
    expect(credentials.secretOf('daemon')).not.toBe(credentials.secretOf('original-api'));
    expect(credentials.vaultVersions('daemon-secret')).toEqual([]);
    expect(credentials.certificates('daemon')).toEqual([]);
  });

  test('have nothing for a public client and for an unknown app', () => {
    expect(credentials.secrets('client-app')).toEqual([]);
    expect(credentials.secrets('nobody')).toEqual([]);
    expect(() => credentials.secretOf('client-app')).toThrow(
      'The app "client-app" has no client secret.',
    );
  });
});

describe('a restart', () => {
  test('keeps certificates and secrets', async () => {
    await credentials.rotate();
    const reopened = await open();

    expect(reopened.vaultVersions(certificateName)).toEqual(
      credentials.vaultVersions(certificateName),
    );
    expect(reopened.secrets('original-api')).toEqual(credentials.secrets('original-api'));
    expect(reopened.secretOf('daemon')).toBe(credentials.secretOf('daemon'));
  });

  test('reads a file that only its owner can read', async () => {
    expect((await stat(join(dataDir, 'credentials.json'))).mode & 0o777).toBe(0o600);
  });

  test('renews credentials that have expired in the meantime', async () => {
    const later = start + 400 * dayMs;
    const reopened = await open(later);

    expect(reopened.certificates('original-api')[0]?.notAfter).toBeGreaterThan(later);
    expect(reopened.secrets('daemon')[0]?.notAfter).toBeGreaterThan(later);
  });
});

describe('rotate', () => {
  test('keeps the old version in Key Vault behind the new one', async () => {
    const [old] = credentials.vaultVersions(certificateName);
    await credentials.rotate();
    const [newest, previous] = credentials.vaultVersions(certificateName);

    expect(newest?.version).not.toBe(old?.version);
    expect(previous).toMatchObject({ version: old?.version, value: old?.value, enabled: true });
  });

  test('lets Entra accept only the new certificate', async () => {
    await credentials.rotate();
    const [newest] = credentials.vaultVersions(certificateName);

    expect(acceptedThumbprints()).toEqual([readThumbprint(newest?.value)]);
  });

  test('lets Entra accept only the new secret', async () => {
    const oldSecret = credentials.secretOf('original-api');
    await credentials.rotate();
    const [newest] = credentials.vaultVersions(secretName);

    expect(newest?.value).not.toBe(oldSecret);
    expect(credentials.secrets('original-api')).toMatchObject([{ value: newest?.value }]);
  });

  test('runs concurrent rotations one after the other and keeps ten versions', async () => {
    await Promise.all(Array.from({ length: 11 }, () => credentials.rotate()));
    const versions = credentials.vaultVersions(certificateName).map(({ version }) => version);

    expect(versions).toHaveLength(10);
    expect(new Set(versions).size).toBe(10);
    expect(credentials.certificates('original-api')).toHaveLength(1);
  });
});

describe('expire', () => {
  test('leaves Entra with the old and the new certificate, both expired', async () => {
    const [before] = credentials.vaultVersions(certificateName);
    await credentials.expire();
    const [after] = credentials.vaultVersions(certificateName);

    expect(acceptedThumbprints()).toEqual([
      readThumbprint(after?.value),
      readThumbprint(before?.value),
    ]);
    for (const { notAfter } of credentials.certificates('original-api')) {
      expect(notAfter).toBeLessThan(start);
    }
  });

  test('puts a certificate into Key Vault whose end date is in the past', async () => {
    await credentials.expire();
    const versions = credentials.vaultVersions(certificateName);

    expect(Date.parse(readCertificate(versions[0]?.value).validTo)).toBeLessThan(start);
    for (const { enabled, expires } of versions) {
      expect(enabled).toBe(true);
      expect(expires).toBeLessThan(start);
    }
  });

  test('applies to the secrets in Key Vault and not to other secrets', async () => {
    await credentials.expire();

    expect(credentials.secrets('original-api')[0]?.notAfter).toBeLessThan(start);
    expect(credentials.secrets('daemon')[0]?.notAfter).toBeGreaterThan(start);
  });
});

test.each([certificateName, secretName])('disable disables every version of %s', async (name) => {
  await credentials.rotate();
  await credentials.disable();

  expect(credentials.vaultVersions(name).map(({ enabled }) => enabled)).toEqual([false, false]);
});

test('disable does not change what Entra accepts', async () => {
  const secrets = credentials.secrets('original-api');
  await credentials.disable();

  expect(credentials.secrets('original-api')).toEqual(secrets);
});

describe.each(['expire', 'disable'] as const)('after %s', (change) => {
  function expectValid(restored: Credentials): void {
    const [newest] = restored.vaultVersions(certificateName);
    expect(newest?.enabled).toBe(true);
    expect(acceptedThumbprints(restored)).toEqual([readThumbprint(newest?.value)]);
    expect(restored.certificates('original-api')[0]?.notAfter).toBeGreaterThan(start);
  }

  test('restore renews the credentials', async () => {
    await credentials[change]();
    await credentials.restore();

    expectValid(credentials);
  });

  test('a restart renews the credentials', async () => {
    await credentials[change]();

    expectValid(await open());
  });
});

test('restore does not change valid credentials', async () => {
  const before = credentials.vaultVersions(certificateName);
  await credentials.restore();

  expect(credentials.vaultVersions(certificateName)).toEqual(before);
});
