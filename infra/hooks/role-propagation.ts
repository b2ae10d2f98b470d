import { type Azure, expectStatus } from './azure.ts';
import type { Clock } from './poll.ts';

/** Options of {@link waitForRoles}. */
export interface WaitForRolesOptions {
  /** Azure's APIs. */
  readonly azure: Azure;
  /** The resource id of the resource group. */
  readonly groupId: string;
  /** The clock for waiting. */
  readonly clock: Clock;
  /** Prints a line for the user. */
  readonly log: (line: string) => void;
}

/**
 * Milliseconds until storage and vault know a new role assignment.
 * Source: https://learn.microsoft.com/azure/role-based-access-control/troubleshooting
 */
const propagationTime = 5 * 60_000;

/**
 * Waits until the newest role assignment in the resource group is 5 minutes old. Later deployments
 * do not wait, because their role assignments are older.
 */
export async function waitForRoles(options: WaitForRolesOptions): Promise<void> {
  const { azure, groupId, clock, log } = options;
  const path = `${groupId}/providers/Microsoft.Authorization/roleAssignments`;
  const { body } = expectStatus(
    await azure.send('management', 'GET', `${path}?api-version=2022-04-01`),
    {
      statuses: [200],
      action: 'Reading the role assignments',
      fix: 'You need the role Reader on the resource group.',
    },
  );
  const { value = [] } = body as {
    value?: readonly { readonly properties: { readonly createdOn: string } }[];
  };
  const creationTimes = value.map(({ properties }) => Date.parse(properties.createdOn));
  const waitTime = Math.max(0, ...creationTimes) + propagationTime - clock.now();
  if (waitTime <= 0) return;
  const seconds = Math.ceil(waitTime / 1_000);
  log(`Waiting ${seconds} s, because Azure needs up to 5 minutes to apply new roles …`);
  await clock.sleep(waitTime);
}
