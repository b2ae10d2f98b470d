import { createPrivateKey, X509Certificate } from 'node:crypto';
import { expect, test } from '@jest/globals';
import {
  type CertificateOptions,
  createSelfSignedCertificate,
} from '../../../../../local/emulators/key-vault/certificate.ts';

const options: CertificateOptions = {
  commonName: 'Original API',
  notBefore: Date.UTC(2026, 10, 1, 12, 30, 5),
  notAfter: Date.UTC(2027, 10, 1),
};

function readCertificate(pem: string): X509Certificate {
  return new X509Certificate(pem.slice(pem.indexOf('-----BEGIN CERTIFICATE')));
}

test('creates a certificate with the name and the dates', async () => {
  const certificate = readCertificate(await createSelfSignedCertificate(options));

  expect(certificate.subject).toBe('CN=Original API');
  expect(certificate.issuer).toBe('CN=Original API');
  expect(Date.parse(certificate.validFrom)).toBe(options.notBefore);
  expect(Date.parse(certificate.validTo)).toBe(options.notAfter);
});

test('creates an RSA key of 2,048 bits', async () => {
  const { publicKey } = readCertificate(await createSelfSignedCertificate(options));

  expect(publicKey.asymmetricKeyType).toBe('rsa');
  expect(publicKey.asymmetricKeyDetails?.modulusLength).toBe(2048);
});

test('signs the certificate with the private key, which comes first in the PEM', async () => {
  const pem = await createSelfSignedCertificate(options);
  const certificate = readCertificate(pem);

  expect(pem.startsWith('-----BEGIN PRIVATE KEY-----\n')).toBe(true);
  expect(certificate.verify(certificate.publicKey)).toBe(true);
  expect(certificate.checkPrivateKey(createPrivateKey(pem))).toBe(true);
});

test('creates another certificate for a given key', async () => {
  const first = await createSelfSignedCertificate(options);
  const key = createPrivateKey(first);
  const notAfter = options.notBefore + 1_000;
  const second = await createSelfSignedCertificate({ ...options, notAfter, key });

  expect(readCertificate(second).fingerprint256).not.toBe(readCertificate(first).fingerprint256);
  expect(readCertificate(second).checkPrivateKey(key)).toBe(true);
});
