import { createPublicKey, generateKeyPair, type KeyObject, randomBytes, sign } from 'node:crypto';
import { promisify } from 'node:util';

const generateKeyPairAsync = promisify(generateKeyPair);

async function generateRsaKey(): Promise<KeyObject> {
  const { privateKey } = await generateKeyPairAsync('rsa', { modulusLength: 2048 });
  return privateKey;
}

/** The options of `createSelfSignedCertificate`. */
export interface CertificateOptions {
  /** The subject and the issuer. */
  readonly commonName: string;
  /** Milliseconds since 1970. A certificate has whole seconds. */
  readonly notBefore: number;
  /** Milliseconds since 1970. A certificate has whole seconds. */
  readonly notAfter: number;
  /** The private key. Default: a new RSA key of 2,048 bits. */
  readonly key?: KeyObject;
}

/**
 * Creates a self-signed certificate. Returns one PEM with the private key first, the form in which
 * Key Vault returns a certificate with the content type `application/x-pem-file`.
 * It has no extensions and therefore version 1 (RFC 5280 §4.1.2.1).
 */
export async function createSelfSignedCertificate(options: CertificateOptions): Promise<string> {
  const privateKey = options.key ?? (await generateRsaKey());
  const publicKey = createPublicKey(privateKey).export({ type: 'spki', format: 'der' });
  const commonName = encode(tags.utf8String, Buffer.from(options.commonName));
  const name = sequence(set(sequence(encode(tags.objectIdentifier, commonNameOid), commonName)));
  const tbsCertificate = sequence(
    encode(tags.integer, createSerialNumber()),
    sha256WithRsa,
    name,
    sequence(encodeTime(options.notBefore), encodeTime(options.notAfter)),
    name,
    publicKey,
  );
  const signature = sign('sha256', tbsCertificate, privateKey);
  const certificate = sequence(
    tbsCertificate,
    sha256WithRsa,
    encode(tags.bitString, noUnusedBits, signature),
  );
  return privateKey.export({ type: 'pkcs8', format: 'pem' }).toString() + toPem(certificate);
}

/** The DER tags that a certificate needs (ITU-T X.690). */
const tags = {
  integer: 0x02,
  bitString: 0x03,
  objectIdentifier: 0x06,
  utf8String: 0x0c,
  utcTime: 0x17,
  sequence: 0x30,
  set: 0x31,
} as const;

/** The object identifier 2.5.4.3 (common name). */
const commonNameOid = Buffer.from('550403', 'hex');

/** The algorithm 1.2.840.113549.1.1.11 with its NULL parameter (RFC 4055 §5). */
const sha256WithRsa = Buffer.from('300d06092a864886f70d01010b0500', 'hex');

/** The first byte of a BIT STRING: the number of unused bits in its last byte. */
const noUnusedBits = Buffer.from([0]);

function encode(tag: number, ...content: readonly Buffer[]): Buffer {
  const body = Buffer.concat(content);
  return Buffer.concat([Buffer.from([tag, ...encodeLength(body.length)]), body]);
}

/** The length of a DER value: one byte, or a byte count and big-endian bytes (X.690 §8.1.3). */
function encodeLength(length: number): number[] {
  if (length < 0x80) return [length];
  if (length < 0x100) return [0x81, length];
  return [0x82, length >> 8, length & 0xff];
}

function sequence(...content: readonly Buffer[]): Buffer {
  return encode(tags.sequence, ...content);
}

function set(...content: readonly Buffer[]): Buffer {
  return encode(tags.set, ...content);
}

/** Creates a positive INTEGER in its shortest form, so its first byte is 0x40 to 0x7f. */
function createSerialNumber(): Buffer {
  const bytes = randomBytes(16);
  bytes[0] = ((bytes[0] ?? 0) & 0x3f) | 0x40;
  return bytes;
}

/** Encodes milliseconds since 1970 as UTCTime, which is valid until 2049 (RFC 5280 §4.1.2.5). */
function encodeTime(milliseconds: number): Buffer {
  const digits = new Date(milliseconds).toISOString().replace(/\D/g, '');
  return encode(tags.utcTime, Buffer.from(`${digits.slice(2, 14)}Z`));
}

function toPem(certificate: Buffer): string {
  const lines = certificate.toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`;
}
