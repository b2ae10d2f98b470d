import type { Recorded } from '../../local/emulators/control/recorder.ts';
import type { Stack } from '../support/stack.ts';

/** Returns the requests at Entra's token endpoint since the records were cleared. */
export async function listTokenRequests(stack: Stack): Promise<readonly Recorded[]> {
  const records = await stack.records();
  return records.filter(({ hop, operation }) => hop === 'entra' && operation === 'token');
}

/** Returns the successful reads of the vault since the records were cleared. */
export async function listVaultReads(stack: Stack): Promise<readonly Recorded[]> {
  const records = await stack.records();
  return records.filter(({ hop, status }) => hop === 'vault' && status === 200);
}
