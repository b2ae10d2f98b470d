import { createHash, createPrivateKey, X509Certificate } from 'node:crypto';

/** A client certificate as MSAL takes it. */
export interface Certificate {
  /** SHA-256 of the DER, bare hex: with colons in it MSAL would compute a wrong `x5t#S256`. */
  readonly thumbprintSha256: string;
  /** PEM (PKCS#8). */
  readonly privateKey: string;
  /** Milliseconds since 1970. */
  readonly notAfter: number;
}

/** What is wrong with a certificate, in words that hold nothing of it. */
export class CertificateProblem extends Error {}

/**
 * Reads private key and certificate out of one PEM, as Key Vault hands out a certificate's secret. PKCS#12 is not read: Node cannot.
 * @throws CertificateProblem, or whatever node:crypto throws at a text that it cannot parse
 */
export function readCertificate(pem: string): Certificate {
  const [certificate] = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/.exec(pem) ?? [];
  const [privateKey] = /-----BEGIN (RSA )?PRIVATE KEY-----[^-]+-----END (RSA )?PRIVATE KEY-----/.exec(pem) ?? [];
  if (!certificate || !privateKey) throw new CertificateProblem('not a PEM with certificate and private key');
  const parsed = new X509Certificate(certificate);
  if (!parsed.checkPrivateKey(createPrivateKey(privateKey))) throw new CertificateProblem('the private key is not the certificate’s');
  return { thumbprintSha256: createHash('sha256').update(parsed.raw).digest('hex'), privateKey, notAfter: Date.parse(parsed.validTo) };
}
