import { createHash, createPrivateKey, X509Certificate } from 'node:crypto';
import { unavailable } from './vault-failure.ts';

/**
 * Reads private key and certificate out of one PEM, as Key Vault hands out a certificate's secret. PKCS#12 is not read: Node cannot.
 * The thumbprint is the SHA-256 of the DER in bare hex: with colons in it MSAL would compute a wrong `x5t#S256`.
 * @throws ApiError `unavailable`, or whatever node:crypto throws at a text that it cannot parse
 */
export function readCertificate(pem: string) {
  const [certificate] = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/.exec(pem) ?? [];
  const [privateKey] =
    /-----BEGIN (RSA )?PRIVATE KEY-----[^-]+-----END (RSA )?PRIVATE KEY-----/.exec(pem) ?? [];
  if (!certificate || !privateKey) throw unavailable('not a PEM with certificate and private key');
  const parsed = new X509Certificate(certificate);
  if (!parsed.checkPrivateKey(createPrivateKey(privateKey)))
    throw unavailable('the private key is not the certificate’s');
  return {
    thumbprintSha256: createHash('sha256').update(parsed.raw).digest('hex'),
    privateKey,
    notAfter: Date.parse(parsed.validTo),
  };
}
