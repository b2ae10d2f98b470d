import { type Azure, expectStatus } from './azure.ts';
import { type Clock, poll } from './poll.ts';

export interface Certificate {
  readonly version: string;
  /** The public half: DER in base64. */
  readonly cer: string;
  /** Milliseconds since 1970. */
  readonly notAfter: number;
}

const api = 'api-version=7.4';
const manage =
  'The vault must answer from here, and you need Key Vault Certificates Officer on it.';

/**
 * Made inside the vault, where the private half stays. It never renews by itself: a version that Entra does not know is an outage, so the
 * vault only writes an e-mail a month before the end, to the contacts that it was given, and `npm run rotate-credential` does the rest.
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

/** The newest version, if there is any. */
export async function readCertificate(
  azure: Azure,
  name: string,
): Promise<Certificate | undefined> {
  const answer = await azure.send('vault', 'GET', `/certificates/${name}?${api}`);
  if (answer.status === 404) return undefined;
  const { id, cer, attributes } = expectStatus(
    answer,
    [200],
    `Reading the certificate ${name}`,
    manage,
  ).body as {
    id: string;
    cer?: string;
    attributes: { exp: number };
  };
  return cer
    ? { version: id.split('/').at(-1) ?? '', cer, notAfter: attributes.exp * 1_000 }
    : undefined;
}

/** Makes a new version, and waits until the vault has it. */
export async function createCertificate(
  azure: Azure,
  name: string,
  clock: Clock,
): Promise<Certificate> {
  const before = await readCertificate(azure, name);
  const answer = await azure.send('vault', 'POST', `/certificates/${name}/create?${api}`, {
    policy,
  });
  expectStatus(answer, [202], `Making the certificate ${name}`, manage);
  return poll(
    clock,
    120_000,
    `The vault has not made ${name} within 2 minutes. Run the command again.`,
    async () => {
      const now = await readCertificate(azure, name);
      return now && now.version !== before?.version ? now : undefined;
    },
  );
}
