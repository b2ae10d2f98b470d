import type { Azure } from './azure.ts';
import { createCertificate, readCertificate } from './certificate.ts';
import type { Clock } from './poll.ts';
import { addCertificate, removeCertificates } from './registration.ts';
import { withVaultRole } from './vault-role.ts';

export interface CredentialWork {
  readonly azure: Azure;
  readonly clock: Clock;
  readonly say: (line: string) => void;
  /** The vault's resource id. */
  readonly vaultId: string;
  /** The certificate's name. */
  readonly name: string;
  /** Original API's registration. */
  readonly appId: string;
}

/** What our certificates are called on the registration, which may know those of another deployment's vault, too. */
const labelOf = ({ vaultId, name }: CredentialWork) => `${vaultId.split('/').at(-1)}/${name}`;

/** Makes the certificate where there is none, and makes sure that Entra knows the newest version. Twice does no more than once. */
export async function ensureCredential(work: CredentialWork): Promise<void> {
  const { azure, clock, say, vaultId, name, appId } = work;
  await withVaultRole(azure, vaultId, clock, say, async () => {
    const known = await readCertificate(azure, name);
    if (!known) {
      say(
        `Making the certificate ${name} in the vault; its private half never leaves it for this machine.`,
      );
      say(
        `To be written to a month before it ends: az keyvault certificate contact add --vault-name ${vaultId.split('/').at(-1)} --email …`,
      );
    }
    const certificate = known ?? (await createCertificate(azure, name, clock));
    const added = await addCertificate(azure, appId, labelOf(work), certificate, clock);
    say(
      added
        ? "Its public half is now on Original API's registration."
        : "Original API's registration knows it already.",
    );
    const days = Math.floor((certificate.notAfter - clock.now()) / 86_400_000);
    say(
      `It is good for ${days} more days.${days < 45 ? ' Run `npm run rotate-credential` now.' : ''}`,
    );
  });
}

/**
 * Secretless: no certificate of an earlier mode stays on the registration. Whoever may not look there (their own registrations, made by
 * somebody else) is told, and goes on.
 */
export async function forgetCredential(work: CredentialWork): Promise<void> {
  const { azure, say, appId } = work;
  say('Original API proves itself by its managed identity: there is no certificate to make.');
  try {
    const removed = await removeCertificates(azure, appId, labelOf(work));
    if (removed > 0)
      say(`Removed ${removed} certificate(s) of the earlier mode from its registration.`);
  } catch (error) {
    say(
      `Whether its registration still knows a certificate could not be seen. ${(error as Error).message}`,
    );
  }
}

/**
 * New version, told to Entra at once; when Entra has had time to spread it, the old ones go. Between the two the APIs work with either: who
 * meets a version that Entra does not know yet uses the one before, and who is refused reads the vault again.
 */
export async function rotateCredential(work: CredentialWork): Promise<void> {
  const { azure, clock, say, vaultId, name, appId } = work;
  await withVaultRole(azure, vaultId, clock, say, async () => {
    const certificate = await createCertificate(azure, name, clock);
    say(`The vault has version ${certificate.version}.`);
    await addCertificate(azure, appId, labelOf(work), certificate, clock);
    say('Entra knows it. Waiting 2 minutes until all of Entra does …');
    await clock.sleep(120_000);
    say(
      `Removed ${await removeCertificates(azure, appId, labelOf(work), certificate)} older version(s) from the registration.`,
    );
  });
}
