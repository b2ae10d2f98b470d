import { createAzure } from './azure.ts';
import type { CredentialWork } from './credential.ts';
import { readDeployment } from './environment.ts';
import { realClock } from './poll.ts';

export const say = (line: string): void => console.log(line);

/** Runs a hook; what goes wrong is said in words, and azd stops. */
export async function run(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  }
}

/** Original API's credential in the deployment that azd's environment describes. */
export function credentialWork(): CredentialWork {
  const deployment = readDeployment([
    'AZURE_SUBSCRIPTION_ID',
    'AZURE_RESOURCE_GROUP',
    'AZURE_KEY_VAULT_NAME',
    'AZURE_KEY_VAULT_ENDPOINT',
    'CLIENT_CREDENTIAL_NAME',
    'ORIGINAL_API_CLIENT_ID',
  ]);
  const group = `/subscriptions/${deployment.AZURE_SUBSCRIPTION_ID}/resourceGroups/${deployment.AZURE_RESOURCE_GROUP}`;
  return {
    azure: createAzure({
      management: 'https://management.azure.com',
      graph: 'https://graph.microsoft.com',
      vault: deployment.AZURE_KEY_VAULT_ENDPOINT.replace(/\/$/, ''),
    }),
    clock: realClock,
    say,
    vaultId: `${group}/providers/Microsoft.KeyVault/vaults/${deployment.AZURE_KEY_VAULT_NAME}`,
    name: deployment.CLIENT_CREDENTIAL_NAME,
    appId: deployment.ORIGINAL_API_CLIENT_ID,
  };
}
