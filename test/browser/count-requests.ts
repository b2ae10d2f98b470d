import type { Stack } from '../support/stack.ts';

const grants: Readonly<Record<string, string>> = {
  'urn:ietf:params:oauth:grant-type:jwt-bearer': 'exchange',
  refresh_token: 'silent',
  authorization_code: 'code',
};

/**
 * What happened since the records were cleared, as `what answer` → how often: `exchange 200`, `silent 400`, `page step-up`,
 * `original PUT documents/{id} 401`, `downstream DELETE documents/{id} 204`. Preflights and the emulators's stores are left out.
 */
export async function countRequests(stack: Stack): Promise<Readonly<Record<string, number>>> {
  const counts: Record<string, number> = {};
  for (const { hop, operation, status, facts } of await stack.records()) {
    if (
      operation.startsWith('OPTIONS') ||
      !['entra', 'original-api', 'downstream-api'].includes(hop)
    )
      continue;
    const grant = grants[String(facts.grant)];
    if (hop === 'entra' && !grant && facts.page === undefined) continue;
    const api = `${hop.replace('-api', '')} ${operation.replace('downstream/', '')} ${status}`;
    const name = grant
      ? `${grant} ${status}`
      : facts.page === undefined
        ? api
        : `page ${facts.page}`;
    counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
}
