import { type Azure, expectStatus, guidOf } from './azure.ts';
import { type Clock, poll } from './poll.ts';

/** Key Vault Certificates Officer: may make certificates, and may not read secrets. */
const certificatesOfficer = 'a4417e6f-fecd-4de8-b567-7b0420556985';

/**
 * Lets the person who deploys make certificates in the vault for as long as the work takes. The deployment itself gives nobody such a role,
 * so none stays behind. A role that was there before has a name of its own, so it is used and left alone; this one, left by a run that was
 * stopped, goes at the end of the next.
 */
export async function withVaultRole<T>(
  azure: Azure,
  vaultId: string,
  clock: Clock,
  say: (line: string) => void,
  work: () => Promise<T>,
): Promise<T> {
  const { objectId, kind } = await azure.whoAmI();
  const subscription = vaultId.split('/').slice(0, 3).join('/');
  const path = `${vaultId}/providers/Microsoft.Authorization/roleAssignments/${guidOf(vaultId, objectId, certificatesOfficer)}?api-version=2022-04-01`;
  const given = await azure.send('management', 'PUT', path, {
    properties: {
      roleDefinitionId: `${subscription}/providers/Microsoft.Authorization/roleDefinitions/${certificatesOfficer}`,
      principalId: objectId,
      principalType: kind,
    },
  });
  expectStatus(
    given,
    [200, 201, 409],
    'Taking the role Key Vault Certificates Officer',
    'You need Owner, or User Access Administrator, on the resource group.',
  );
  try {
    await poll(
      clock,
      600_000,
      'The role on the vault has not arrived within 10 minutes. Run the command again: it continues here.',
      async () => {
        const { status } = await azure.send(
          'vault',
          'GET',
          '/certificates?api-version=7.4&maxresults=1',
        );
        if (status === 403) say('The role on the vault is on its way …');
        return status === 403 ? undefined : status;
      },
    );
    return await work();
  } finally {
    const { status } = await azure.send('management', 'DELETE', path);
    if (status >= 300)
      say(
        `Your role Key Vault Certificates Officer on the vault is still there (${status}): delete it in the portal.`,
      );
  }
}
