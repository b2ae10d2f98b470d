import { type Azure, deterministicGuid, expectStatus } from './azure.ts';
import { type Clock, poll } from './poll.ts';

/** Options of {@link withVaultRole}. */
export interface VaultRoleOptions {
  /** Azure's APIs. */
  readonly azure: Azure;
  /** The resource id of the vault. */
  readonly vaultId: string;
  /** The clock for waiting. */
  readonly clock: Clock;
  /** Prints a line for the user. */
  readonly log: (line: string) => void;
}

/** Key Vault Certificates Officer: can create certificates, but cannot read secrets. */
const certificatesOfficer = 'a4417e6f-fecd-4de8-b567-7b0420556985';

/** Milliseconds to wait for the vault to apply the role. */
const roleTimeout = 600_000;

/**
 * Assigns Key Vault Certificates Officer on the vault to the signed-in principal while `work` runs.
 * The deployment itself assigns this role to no one.
 *
 * If the principal already has the role, Azure returns a conflict, and the existing assignment
 * remains. The assignment of this function always has the same name, so that the next run removes
 * the assignment of an interrupted one.
 * @returns the result of `work`
 * @throws {Error} if the role cannot be assigned, or the vault does not apply it within 10 minutes
 */
export async function withVaultRole<T>(
  options: VaultRoleOptions,
  work: () => Promise<T>,
): Promise<T> {
  const { azure, vaultId, log } = options;
  const path = await assignRole(azure, vaultId);
  try {
    await waitForRole(options);
    return await work();
  } finally {
    const { status } = await azure.send('management', 'DELETE', path);
    if (status >= 300)
      log(
        [
          `Your role Key Vault Certificates Officer on the vault was not removed (${status}).`,
          'Remove it in the portal.',
        ].join(' '),
      );
  }
}

/** Assigns the role. Returns the path of the role assignment in the management API. */
async function assignRole(azure: Azure, vaultId: string): Promise<string> {
  const { objectId, type } = await azure.readPrincipal();
  const provider = 'providers/Microsoft.Authorization';
  const subscriptionId = vaultId.split('/').slice(0, 3).join('/');
  const name = deterministicGuid(vaultId, objectId, certificatesOfficer);
  const path = `${vaultId}/${provider}/roleAssignments/${name}?api-version=2022-04-01`;
  const response = await azure.send('management', 'PUT', path, {
    properties: {
      roleDefinitionId: `${subscriptionId}/${provider}/roleDefinitions/${certificatesOfficer}`,
      principalId: objectId,
      principalType: type,
    },
  });
  expectStatus(response, {
    // 409: the principal already has the role.
    statuses: [200, 201, 409],
    action: 'Assigning the role Key Vault Certificates Officer',
    fix: 'You need the role Owner or User Access Administrator on the resource group.',
  });
  return path;
}

async function waitForRole({ azure, clock, log }: VaultRoleOptions): Promise<void> {
  await poll({
    clock,
    timeout: roleTimeout,
    timeoutMessage: () =>
      'The vault did not apply the role within 10 minutes. Run the command again to continue.',
    async read() {
      const { status } = await azure.send(
        'vault',
        'GET',
        '/certificates?api-version=7.4&maxresults=1',
      );
      if (status !== 403) return status;
      log('Waiting until the vault applies the role …');
      return undefined;
    },
  });
}
