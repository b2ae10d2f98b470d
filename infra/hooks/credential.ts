import type { Azure } from './azure.ts';
import { createCertificate, readCertificate } from './certificate.ts';
import type { Clock } from './poll.ts';
import { addCertificate, removeCertificates } from './registration.ts';
import { withVaultRole } from './vault-role.ts';

/** Where Original API's credential is, and how to change it. */
export interface CredentialContext {
  /** Azure's APIs. */
  readonly azure: Azure;
  /** The clock for waiting. */
  readonly clock: Clock;
  /** Prints a line for the user. */
  readonly log: (line: string) => void;
  /** The resource id of the vault. */
  readonly vaultId: string;
  /** The name of the certificate in the vault. */
  readonly name: string;
  /** The client id of Original API's registration. */
  readonly appId: string;
}

const day = 86_400_000;

/** A rotation is recommended when the certificate expires in fewer days. */
const rotationThreshold = 45;

/** Milliseconds until all servers of Entra know a new certificate. */
const entraPropagation = 120_000;

/**
 * Makes sure that the vault has a certificate, and that Entra knows its newest version. A second
 * run changes nothing.
 */
export async function ensureCredential(context: CredentialContext): Promise<void> {
  const { azure, clock, log, vaultId, name, appId } = context;
  await withVaultRole({ azure, vaultId, clock, log }, async () => {
    let certificate = await readCertificate(azure, name);
    if (!certificate) {
      log(`Creating the certificate ${name} in the vault. The private key stays there.`);
      log('To get an e-mail a month before it expires, run:');
      log(
        `az keyvault certificate contact add --vault-name ${vaultName(vaultId)} --email <address>`,
      );
      certificate = await createCertificate(azure, name, clock);
    }
    const added = await addCertificate({
      azure,
      clock,
      appId,
      label: certificateLabel(context),
      certificate,
    });
    log(
      added
        ? "Added the certificate to Original API's registration."
        : "Original API's registration already has the certificate.",
    );
    const days = Math.floor((certificate.notAfter - clock.now()) / day);
    log(`The certificate expires in ${days} days.`);
    if (days < rotationThreshold) log('Run `npm run rotate-credential` now.');
  });
}

/**
 * Removes the certificate from the registration, because the secretless mode does not use it.
 *
 * The registration may belong to an administrator, and the user may not read it. The function then
 * logs the reason and does not throw.
 */
export async function removeCredential(context: CredentialContext): Promise<void> {
  const { azure, log, appId } = context;
  log('Original API authenticates with its managed identity. It needs no certificate.');
  try {
    const removed = await removeCertificates({ azure, appId, label: certificateLabel(context) });
    if (removed > 0) log(`Removed ${removed} certificate(s) from Original API's registration.`);
  } catch (error) {
    log(`Could not check the registration for an earlier certificate. ${(error as Error).message}`);
  }
}

/**
 * Creates a new version of the certificate, adds it to the registration, waits until all of Entra
 * knows it, and removes the old versions. No request fails during the rotation: an API that reads a
 * version that Entra does not know yet uses the previous one, and an API whose credential is
 * refused reads the vault again.
 */
export async function rotateCredential(context: CredentialContext): Promise<void> {
  const { azure, clock, log, vaultId, name, appId } = context;
  const label = certificateLabel(context);
  await withVaultRole({ azure, vaultId, clock, log }, async () => {
    const certificate = await createCertificate(azure, name, clock);
    log(`Created version ${certificate.version} in the vault.`);
    await addCertificate({ azure, clock, appId, label, certificate });
    log('Added it to the registration. Waiting 2 minutes until all of Entra knows it …');
    await clock.sleep(entraPropagation);
    const removed = await removeCertificates({ azure, appId, label, keep: certificate });
    log(`Removed ${removed} older version(s) from the registration.`);
  });
}

/** The prefix of our display names. A registration may also have certificates of other vaults. */
function certificateLabel({ vaultId, name }: CredentialContext): string {
  return `${vaultName(vaultId)}/${name}`;
}

function vaultName(vaultId: string): string {
  return vaultId.split('/').at(-1) ?? '';
}
