import type { Stack } from '../support/stack.ts';

type RequestRecord = Awaited<ReturnType<Stack['records']>>[number];

const grantNames: Readonly<Record<string, string>> = {
  'urn:ietf:params:oauth:grant-type:jwt-bearer': 'exchange',
  refresh_token: 'silent',
  authorization_code: 'code',
};

/**
 * Counts the requests since the records were cleared, by a name such as:
 * - `exchange 200`, `silent 400`, `code 200`: a token request and its status
 * - `page step-up`: a page of Entra
 * - `original PUT documents/{id} 401`: a request to an API and its status
 *
 * Preflight requests and other requests of the emulators do not count.
 */
export async function countRequests(stack: Stack): Promise<Readonly<Record<string, number>>> {
  const counts: Record<string, number> = {};
  for (const record of await stack.records()) {
    const name = nameRequest(record);
    if (name !== undefined) counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
}

function nameRequest(record: RequestRecord): string | undefined {
  if (record.operation.startsWith('OPTIONS')) return undefined;
  switch (record.hop) {
    case 'entra':
      return nameEntraRequest(record);
    case 'original-api':
    case 'downstream-api':
      return nameApiRequest(record);
    default:
      return undefined;
  }
}

function nameEntraRequest({ status, facts }: RequestRecord): string | undefined {
  const grant = grantNames[String(facts.grant)];
  if (grant) return `${grant} ${status}`;
  return facts.page === undefined ? undefined : `page ${facts.page}`;
}

function nameApiRequest({ hop, operation, status }: RequestRecord): string {
  const api = hop.replace('-api', '');
  return `${api} ${operation.replace('downstream/', '')} ${status}`;
}
