import { type Azure, expectStatus } from './azure.ts';
import type { Certificate } from './certificate.ts';
import { type Clock, poll } from './poll.ts';

/**
 * A certificate on a registration.
 * Source: https://learn.microsoft.com/graph/api/resources/keycredential
 */
interface KeyCredential {
  readonly displayName: string | null;
  /** DER in base64. */
  readonly key?: string | null;
  /** The members that the hooks do not use. A PATCH returns them unchanged. */
  readonly [name: string]: unknown;
}

/** Identifies a certificate on a registration, which may have several versions of it. */
interface CertificateReference {
  /** Azure's APIs. */
  readonly azure: Azure;
  /** The client id of the registration. */
  readonly appId: string;
  /** The name of the certificate on the registration, without the version. */
  readonly label: string;
}

/** Options of {@link addCertificate}. */
export interface AddCertificateOptions extends CertificateReference {
  /** The certificate to add. */
  readonly certificate: Certificate;
  /** The clock for waiting. */
  readonly clock: Clock;
}

/** Options of {@link removeCertificates}. */
export interface RemoveCertificatesOptions extends CertificateReference {
  /** The version to keep. Default: none. */
  readonly keep?: Certificate;
}

const fix = [
  'You must own the registration or have the role Application Administrator.',
  'If an administrator manages the certificates, send them the public half from the vault.',
].join(' ');

/** Milliseconds to wait until Entra returns a certificate that was added. */
const visibilityTimeout = 120_000;

/**
 * Adds the public half of a certificate to a registration, unless the registration already has it.
 * Other certificates remain.
 * @returns whether the certificate was added
 * @throws {Error} if Graph refuses, or does not return the certificate within 2 minutes
 */
export async function addCertificate(options: AddCertificateOptions): Promise<boolean> {
  const { azure, clock, appId, label, certificate } = options;
  const isSameCertificate = (credential: KeyCredential) => matches(credential, label, certificate);
  const existing = await readCredentials(azure, appId);
  if (existing.some(isSameCertificate)) return false;

  const added = {
    type: 'AsymmetricX509Cert',
    usage: 'Verify',
    displayName: displayNameOf(label, certificate),
    key: certificate.cer,
  };
  await writeCredentials(azure, appId, [...existing, added]);
  return poll({
    clock,
    timeout: visibilityTimeout,
    timeoutMessage: () =>
      'Entra does not return the new certificate after 2 minutes. Run the command again.',
    async read() {
      const credentials = await readCredentials(azure, appId);
      return credentials.some(isSameCertificate) || undefined;
    },
  });
}

/**
 * Removes all versions of a certificate from a registration, except the one to keep. Other
 * certificates remain.
 * @returns the number of removed versions
 */
export async function removeCertificates(options: RemoveCertificatesOptions): Promise<number> {
  const { azure, appId, label, keep } = options;
  const existing = await readCredentials(azure, appId);
  const remaining = existing.filter((credential) => {
    if (!credential.displayName?.startsWith(`${label} `)) return true;
    return keep !== undefined && matches(credential, label, keep);
  });
  if (remaining.length < existing.length) await writeCredentials(azure, appId, remaining);
  return existing.length - remaining.length;
}

/** An administrator may have added the certificate under another name. Then its bytes match. */
function matches(credential: KeyCredential, label: string, certificate: Certificate): boolean {
  return (
    credential.displayName === displayNameOf(label, certificate) ||
    credential.key === certificate.cer
  );
}

function displayNameOf(label: string, { version }: Certificate): string {
  return `${label} ${version}`;
}

/** Graph returns the bytes of a certificate only if `$select` names `keyCredentials`. */
async function readCredentials(azure: Azure, appId: string): Promise<readonly KeyCredential[]> {
  const path = `/v1.0/applications(appId='${appId}')?$select=id,keyCredentials`;
  const { body } = expectStatus(await azure.send('graph', 'GET', path), {
    statuses: [200],
    action: "Reading Original API's registration",
    fix,
  });
  return (body.keyCredentials ?? []) as KeyCredential[];
}

/** Replaces all certificates of the registration. Graph deletes those that are not in the list. */
async function writeCredentials(
  azure: Azure,
  appId: string,
  keyCredentials: readonly KeyCredential[],
): Promise<void> {
  const path = `/v1.0/applications(appId='${appId}')`;
  expectStatus(await azure.send('graph', 'PATCH', path, { keyCredentials }), {
    statuses: [200, 204],
    action: "Changing the certificates of Original API's registration",
    fix,
  });
}
