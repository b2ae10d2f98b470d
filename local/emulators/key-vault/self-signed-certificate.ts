import { createPublicKey, generateKeyPair, type KeyObject, randomBytes, sign } from 'node:crypto';
import { promisify } from 'node:util';

const newKeyPair = promisify(generateKeyPair);

/**
 * Makes an RSA 2048 key, or takes the given one, and a certificate it signed itself. Returns both as one PEM, the private key
 * first, as Key Vault hands out a certificate kept as `application/x-pem-file`.
 * Times are in milliseconds; a certificate holds whole seconds. Basic fields only, hence version 1 (RFC 5280 §4.1.2.1).
 */
export async function createSelfSignedCertificate(options: {
  readonly commonName: string;
  readonly notBefore: number;
  readonly notAfter: number;
  readonly key?: KeyObject;
}): Promise<string> {
  const privateKey = options.key ?? (await newKeyPair('rsa', { modulusLength: 2048 })).privateKey;
  const publicKey = createPublicKey(privateKey).export({ type: 'spki', format: 'der' });
  const name = sequence(
    set(sequence(der(0x06, commonName), der(0x0c, Buffer.from(options.commonName)))),
  );
  const toBeSigned = sequence(
    der(0x02, serialNumber()),
    sha256WithRsa,
    name,
    sequence(time(options.notBefore), time(options.notAfter)),
    name,
    publicKey,
  );
  const certificate = sequence(
    toBeSigned,
    sha256WithRsa,
    der(0x03, Buffer.from([0]), sign('sha256', toBeSigned, privateKey)),
  );
  return privateKey.export({ type: 'pkcs8', format: 'pem' }).toString() + toPem(certificate);
}

/** 2.5.4.3 */
const commonName = Buffer.from('550403', 'hex');
/** 1.2.840.113549.1.1.11 with its NULL parameter (RFC 4055 §5). */
const sha256WithRsa = Buffer.from('300d06092a864886f70d01010b0500', 'hex');

function der(tag: number, ...content: Buffer[]): Buffer {
  const body = Buffer.concat(content);
  const length =
    body.length < 0x80
      ? [body.length]
      : body.length < 0x100
        ? [0x81, body.length]
        : [0x82, body.length >> 8, body.length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...length]), body]);
}

const sequence = (...content: Buffer[]) => der(0x30, ...content);
const set = (...content: Buffer[]) => der(0x31, ...content);

/** A positive INTEGER in its shortest form: the first byte lies between 0x40 and 0x7f. */
function serialNumber(): Buffer {
  const bytes = randomBytes(16);
  bytes[0] = ((bytes[0] ?? 0) & 0x3f) | 0x40;
  return bytes;
}

/** UTCTime, which is right until 2049 (RFC 5280 §4.1.2.5). */
function time(milliseconds: number): Buffer {
  const digits = new Date(milliseconds).toISOString().replace(/\D/g, '');
  return der(0x17, Buffer.from(`${digits.slice(2, 14)}Z`));
}

function toPem(certificate: Buffer): string {
  const lines = certificate.toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`;
}
