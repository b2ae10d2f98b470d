import { createAzure } from './azure.ts';
import type { CredentialContext } from './credential.ts';
import { readDeployment } from './environment.ts';
import { realClock } from './poll.ts';
import { log } from './run-hook.ts';

/**
 * Reads from azd's environment where Original API's credential is.
 * @throws {Error} if the environment is incomplete
 */
export function readCredentialContext(): CredentialContext {
  const deployment = readDeployment([
    'AZURE_SUBSCRIPTION_ID',
    'AZURE_RESOURCE_GROUP',
    'AZURE_KEY_VAULT_NAME',
    'AZURE_KEY_VAULT_ENDPOINT',
    'CLIENT_CREDENTIAL_NAME',
    'ORIGINAL_API_CLIENT_ID',
  ]);
  const { AZURE_SUBSCRIPTION_ID, AZURE_RESOURCE_GROUP, AZURE_KEY_VAULT_NAME } = deployment;
  const groupId = `/subscriptions/${AZURE_SUBSCRIPTION_ID}/resourceGroups/${AZURE_RESOURCE_GROUP}`;
  return {
    azure: createAzure({
      management: 'https://management.azure.com',
      graph: 'https://graph.microsoft.com',
      vault: deployment.AZURE_KEY_VAULT_ENDPOINT.replace(/\/$/, ''),
    }),
    clock: realClock,
    log,
    vaultId: `${groupId}/providers/Microsoft.KeyVault/vaults/${AZURE_KEY_VAULT_NAME}`,
    name: deployment.CLIENT_CREDENTIAL_NAME,
    appId: deployment.ORIGINAL_API_CLIENT_ID,
  };
}
