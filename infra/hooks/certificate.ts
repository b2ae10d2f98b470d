import { type Azure, expectStatus } from './azure.ts';
import { type Clock, poll } from './poll.ts';

/** A version of Original API's certificate in the vault. */
export interface Certificate {
  /** The version, as the vault names it. */
  readonly version: string;
  /** The public half: DER in base64. */
  readonly cer: string;
  /** When the certificate expires: milliseconds since 1970. */
  readonly notAfter: number;
}

const apiVersion = 'api-version=7.4';

const fix = [
  'Check that this machine can reach the vault, and that you have the role',
  'Key Vault Certificates Officer on it.',
].join(' ');

/** Milliseconds to wait for the vault to create a certificate. */
const creationTimeout = 120_000;

/**
 * The vault creates the key pair, and hooks never read the private half. The vault does not renew
 * the certificate, because a version that Entra does not know would be an outage. It only sends an
 * e-mail to its contacts a month before the expiry. `npm run rotate-credential` renews it.
 */
const policy = {
  issuer: { name: 'Self' },
  key_props: { kty: 'RSA', key_size: 2048, exportable: true, reuse_key: false },
  secret_props: { contentType: 'application/x-pem-file' },
  x509_props: {
    subject: 'CN=zero-trust-original-api',
    validity_months: 12,
    key_usage: ['digitalSignature'],
  },
  lifetime_actions: [
    { trigger: { days_before_expiry: 30 }, action: { action_type: 'EmailContacts' } },
  ],
};

/** Reads the newest version of a certificate. Returns `undefined` if the vault has none. */
export async function readCertificate(
  azure: Azure,
  name: string,
): Promise<Certificate | undefined> {
  const response = await azure.send('vault', 'GET', `/certificates/${name}?${apiVersion}`);
  if (response.status === 404) return undefined;
  const { body } = expectStatus(response, {
    statuses: [200],
    action: `Reading the certificate ${name}`,
    fix,
  });
  const { id, cer, attributes } = body as {
    id: string;
    cer?: string;
    attributes: { exp: number };
  };
  // While the vault still creates the certificate, the response has no public half.
  if (!cer) return undefined;
  return { version: id.split('/').at(-1) ?? '', cer, notAfter: attributes.exp * 1_000 };
}

/**
 * Creates a new version of a certificate, and waits until the vault has it.
 * @throws {Error} if the vault refuses, or does not finish within 2 minutes
 */
export async function createCertificate(
  azure: Azure,
  name: string,
  clock: Clock,
): Promise<Certificate> {
  const previous = await readCertificate(azure, name);
  const path = `/certificates/${name}/create?${apiVersion}`;
  expectStatus(await azure.send('vault', 'POST', path, { policy }), {
    statuses: [202],
    action: `Creating the certificate ${name}`,
    fix,
  });
  return poll({
    clock,
    timeout: creationTimeout,
    timeoutMessage: () =>
      `The vault did not create ${name} within 2 minutes. Run the command again.`,
    async read() {
      const newest = await readCertificate(azure, name);
      return newest?.version === previous?.version ? undefined : newest;
    },
  });
}
