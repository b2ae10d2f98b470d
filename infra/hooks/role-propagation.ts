import { type Azure, expectStatus } from './azure.ts';
import type { Clock } from './poll.ts';

/** Milliseconds that a new role assignment may need until storage and vault know it (https://learn.microsoft.com/azure/role-based-access-control/troubleshooting). */
const propagation = 5 * 60_000;

/** Waits until the youngest role in the group is old enough; a later deployment does not wait at all. */
export async function waitForRoles(
  azure: Azure,
  groupId: string,
  clock: Clock,
  say: (line: string) => void,
): Promise<void> {
  const answer = await azure.send(
    'management',
    'GET',
    `${groupId}/providers/Microsoft.Authorization/roleAssignments?api-version=2022-04-01`,
  );
  const { value = [] } = expectStatus(
    answer,
    [200],
    'Reading the role assignments',
    'You need Reader on the resource group.',
  ).body as {
    value?: readonly { readonly properties: { readonly createdOn: string } }[];
  };
  const youngest = Math.max(0, ...value.map(({ properties }) => Date.parse(properties.createdOn)));
  const rest = youngest + propagation - clock.now();
  if (rest <= 0) return;
  say(
    `The roles are new; Azure may need up to 5 minutes until it knows them. Waiting ${Math.ceil(rest / 1_000)} s, this once.`,
  );
  await clock.sleep(rest);
}
