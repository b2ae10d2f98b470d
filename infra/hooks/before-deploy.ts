/** Runs before `azd deploy`: waits until Azure applies new role assignments, to avoid a 403. */
import { createAzure } from './azure.ts';
import { readDeployment } from './environment.ts';
import { realClock } from './poll.ts';
import { waitForRoles } from './role-propagation.ts';
import { log, runHook } from './run-hook.ts';

await runHook(async () => {
  const { AZURE_SUBSCRIPTION_ID, AZURE_RESOURCE_GROUP } = readDeployment([
    'AZURE_SUBSCRIPTION_ID',
    'AZURE_RESOURCE_GROUP',
  ]);
  await waitForRoles({
    azure: createAzure({ management: 'https://management.azure.com', graph: '', vault: '' }),
    groupId: `/subscriptions/${AZURE_SUBSCRIPTION_ID}/resourceGroups/${AZURE_RESOURCE_GROUP}`,
    clock: realClock,
    log,
  });
});
