import { type Azure, expectStatus } from './azure.ts';
import type { Certificate } from './certificate.ts';
import { type Clock, poll } from './poll.ts';

interface KeyCredential {
  readonly displayName: string | null;
  /** DER in base64. */
  readonly key?: string | null;
  readonly [more: string]: unknown;
}

const select = '$select=id,keyCredentials';
const fix =
  'You need to own the registration, or the role Application Administrator. If somebody else adds certificates, give them the public half from the vault.';

/** Graph shows a certificate's bytes only where they are asked for by name, and a PATCH must send all that are to stay. */
async function readCredentials(azure: Azure, appId: string): Promise<readonly KeyCredential[]> {
  const answer = await azure.send('graph', 'GET', `/v1.0/applications(appId='${appId}')?${select}`);
  return (expectStatus(answer, [200], "Reading Original API's registration", fix).body
    .keyCredentials ?? []) as KeyCredential[];
}

async function writeCredentials(
  azure: Azure,
  appId: string,
  keyCredentials: readonly KeyCredential[],
): Promise<void> {
  const answer = await azure.send('graph', 'PATCH', `/v1.0/applications(appId='${appId}')`, {
    keyCredentials,
  });
  expectStatus(answer, [200, 204], "Changing the certificates of Original API's registration", fix);
}

const nameOf = (label: string, { version }: Certificate) => `${label} ${version}`;

/** By the name that we give it, or by its bytes, where somebody else put it there. */
const is =
  (label: string, certificate: Certificate) =>
  ({ displayName, key }: KeyCredential): boolean =>
    displayName === nameOf(label, certificate) || key === certificate.cer;

/** Adds a certificate's public half unless it is there; those of others stay. Gives whether anything was added. */
export async function addCertificate(
  azure: Azure,
  appId: string,
  label: string,
  certificate: Certificate,
  clock: Clock,
): Promise<boolean> {
  const known = await readCredentials(azure, appId);
  const isIt = is(label, certificate);
  if (known.some(isIt)) return false;
  const added = {
    type: 'AsymmetricX509Cert',
    usage: 'Verify',
    displayName: nameOf(label, certificate),
    key: certificate.cer,
  };
  await writeCredentials(azure, appId, [...known, added]);
  await poll(
    clock,
    120_000,
    'Entra does not show the new certificate after 2 minutes. Run the command again.',
    async () => {
      return (await readCredentials(azure, appId)).some(isIt) || undefined;
    },
  );
  return true;
}

/** Removes the versions of the certificate of that label but the newest, where one is to stay, and no other certificate. Gives how many. */
export async function removeCertificates(
  azure: Azure,
  appId: string,
  label: string,
  newest?: Certificate,
): Promise<number> {
  const known = await readCredentials(azure, appId);
  const isNewest = newest ? is(label, newest) : () => false;
  const stay = known.filter(
    (credential) => !credential.displayName?.startsWith(`${label} `) || isNewest(credential),
  );
  if (stay.length < known.length) await writeCredentials(azure, appId, stay);
  return known.length - stay.length;
}
