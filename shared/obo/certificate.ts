import { createHash, createPrivateKey, X509Certificate } from 'node:crypto';
import { credentialError } from './credential-error.ts';

/** A certificate and its private key, in the form that MSAL expects. */
export type ClientCertificate = {
  /** SHA-256 of the DER certificate in hex without colons: MSAL derives `x5t#S256` from it. */
  readonly thumbprintSha256: string;
  /** The private key as PEM. */
  readonly privateKey: string;
  /** When the certificate expires, in milliseconds since 1970. */
  readonly notAfter: number;
};

const certificatePattern = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/;
const privateKeyPattern = /-----BEGIN (RSA )?PRIVATE KEY-----[^-]+-----END (RSA )?PRIVATE KEY-----/;

/**
 * Reads a certificate and its private key from one PEM, the form in which Key Vault returns a
 * certificate's secret. PKCS#12 is not supported, because Node.js cannot parse it.
 *
 * @param pem the certificate and the private key, in any order
 * @throws {ApiError} `unavailable` if a part is missing or the key belongs to another certificate
 * @throws {Error} from `node:crypto` if a part cannot be parsed
 * @example
 * const { thumbprintSha256, privateKey, notAfter } = readCertificate(secret.value);
 */
export function readCertificate(pem: string): ClientCertificate {
  const certificate = certificatePattern.exec(pem)?.[0];
  const privateKey = privateKeyPattern.exec(pem)?.[0];
  if (!certificate || !privateKey)
    throw credentialError('the secret is not a PEM with a certificate and a private key');
  const parsed = new X509Certificate(certificate);
  if (!parsed.checkPrivateKey(createPrivateKey(privateKey)))
    throw credentialError('the private key does not belong to the certificate');
  return {
    thumbprintSha256: createHash('sha256').update(parsed.raw).digest('hex'),
    privateKey,
    notAfter: Date.parse(parsed.validTo),
  };
}
