import { createPrivateKey, X509Certificate } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { createSelfSignedCertificate } from '../../../../../local/emulators/key-vault/self-signed-certificate.ts';

const notBefore = Date.UTC(2026, 10, 1, 12, 30, 5);
const notAfter = Date.UTC(2027, 10, 1);
const readCertificate = (pem: string) =>
  new X509Certificate(pem.slice(pem.indexOf('-----BEGIN CERTIFICATE')));

test('makes a certificate that Node reads, with its dates and its name', async () => {
  const pem = await createSelfSignedCertificate({
    commonName: 'Original API',
    notBefore,
    notAfter,
  });
  const certificate = readCertificate(pem);

  expect(certificate.subject).toBe('CN=Original API');
  expect(certificate.issuer).toBe('CN=Original API');
  expect(Date.parse(certificate.validFrom)).toBe(notBefore);
  expect(Date.parse(certificate.validTo)).toBe(notAfter);
  expect(certificate.publicKey.asymmetricKeyDetails?.modulusLength).toBe(2048);
});

test('signs the certificate with its own key, which the PEM holds first', async () => {
  const pem = await createSelfSignedCertificate({
    commonName: 'Original API',
    notBefore,
    notAfter,
  });
  const certificate = readCertificate(pem);

  expect(pem.startsWith('-----BEGIN PRIVATE KEY-----\n')).toBe(true);
  expect(certificate.verify(certificate.publicKey)).toBe(true);
  expect(certificate.checkPrivateKey(createPrivateKey(pem))).toBe(true);
});

test('certifies a given key again under other dates', async () => {
  const first = await createSelfSignedCertificate({
    commonName: 'Original API',
    notBefore,
    notAfter,
  });
  const key = createPrivateKey(first);
  const second = await createSelfSignedCertificate({
    commonName: 'Original API',
    notBefore,
    notAfter: notBefore + 1000,
    key,
  });

  expect(readCertificate(second).fingerprint256).not.toBe(readCertificate(first).fingerprint256);
  expect(readCertificate(second).checkPrivateKey(key)).toBe(true);
});
