import { beforeAll, describe, expect, test } from '@jest/globals';
import { createSelfSignedCertificate } from '../../../../local/emulators/key-vault/certificate.ts';
import { readCertificate } from '../../../../shared/obo/certificate.ts';
import { keyVaultCertificate } from '../../../../shared/obo/key-vault.ts';
import { rsaKey } from '../../../support/issuer.ts';
import { second, setUpVault } from './vault-setup.ts';

type Fixtures = {
  /** A certificate and its private key, as Key Vault returns them. */
  readonly pem: string;
  readonly certificate: string;
  readonly privateKey: string;
  readonly otherPrivateKey: string;
};

let fixtures: Fixtures;

const notAfter = Date.UTC(2036, 10, 22);

beforeAll(async () => {
  const key = rsaKey().privateKey;
  const toPem = (privateKey: typeof key) =>
    privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  const pem = await createSelfSignedCertificate({ commonName: 'x', notBefore: 0, notAfter, key });
  fixtures = {
    pem,
    certificate: /-----BEGIN CERT[\s\S]+/.exec(pem)?.[0] ?? '',
    privateKey: toPem(key).trim(),
    otherPrivateKey: toPem(rsaKey().privateKey),
  };
});

describe('readCertificate', () => {
  test('returns the thumbprint in hex', () => {
    expect(readCertificate(fixtures.pem).thumbprintSha256).toMatch(/^[0-9a-f]{64}$/);
  });

  test('returns the private key', () => {
    expect(readCertificate(fixtures.pem).privateKey).toBe(fixtures.privateKey);
  });

  test('returns when the certificate expires', () => {
    expect(readCertificate(fixtures.pem).notAfter).toBe(notAfter);
  });
});

const invalid = [
  { name: 'text that is not PEM', pem: () => 'MIIKcQIBAzCCCi0GCSqGSIb3DQEHAaCC' },
  { name: 'a private key without a certificate', pem: () => fixtures.privateKey },
  {
    name: 'a certificate with the key of another one',
    pem: () => fixtures.otherPrivateKey + fixtures.certificate,
  },
];

describe('a vault credential', () => {
  test.each(invalid)('is unavailable if the vault has $name', async ({ pem }) => {
    const { source, storeSecret } = await setUpVault({ createSource: keyVaultCertificate });
    storeSecret('1', { value: pem() });
    await expect(source.current()).rejects.toMatchObject({
      code: 'unavailable',
      options: { logContext: { check: 'credential' } },
    });
  });

  test.each(invalid)('recovers at the next read after $name', async ({ pem }) => {
    const { source, storeSecret, pass } = await setUpVault({ createSource: keyVaultCertificate });
    storeSecret('1', { value: pem() });
    await expect(source.current()).rejects.toMatchObject({ code: 'unavailable' });
    storeSecret('2', { value: fixtures.pem });
    pass(second);
    const { clientCertificate } = (await source.current()).options();
    expect(clientCertificate).toMatchObject({
      thumbprintSha256: expect.stringMatching(/^[0-9a-f]{64}$/),
      privateKey: fixtures.privateKey,
    });
  });
});
