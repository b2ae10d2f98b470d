/** Before `azd deploy`: new roles get the time they need, so that the first deployment does not meet a 403. */
import { createAzure } from './azure.ts';
import { readDeployment } from './environment.ts';
import { realClock } from './poll.ts';
import { waitForRoles } from './role-propagation.ts';
import { run, say } from './run.ts';

await run(async () => {
  const { AZURE_SUBSCRIPTION_ID, AZURE_RESOURCE_GROUP } = readDeployment([
    'AZURE_SUBSCRIPTION_ID',
    'AZURE_RESOURCE_GROUP',
  ]);
  const azure = createAzure({ management: 'https://management.azure.com', graph: '', vault: '' });
  await waitForRoles(
    azure,
    `/subscriptions/${AZURE_SUBSCRIPTION_ID}/resourceGroups/${AZURE_RESOURCE_GROUP}`,
    realClock,
    say,
  );
});
