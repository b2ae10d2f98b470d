import { createHmac } from 'node:crypto';

/**
 * The account that every Azurite has.
 * https://learn.microsoft.com/azure/storage/common/storage-use-azurite
 */
export const developmentAccount = 'devstoreaccount1';

/** The key of that account. Microsoft publishes it, so it is no secret. */
const developmentKey =
  'Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==';

/**
 * Returns the `Authorization` header of a request to the table service (Shared Key Lite).
 * https://learn.microsoft.com/rest/api/storageservices/authorize-with-shared-key
 * @param date The value of the `x-ms-date` header.
 * @param url The URL as it is sent. For Azurite its path begins with the account name, so the
 *   signed resource has the name twice.
 */
export function signSharedKeyLite(date: string, url: URL): string {
  const comp = url.searchParams.get('comp');
  const resource = `/${developmentAccount}${url.pathname}${comp === null ? '' : `?comp=${comp}`}`;
  const signature = createHmac('sha256', Buffer.from(developmentKey, 'base64'))
    .update(`${date}\n${resource}`)
    .digest('base64');
  return `SharedKeyLite ${developmentAccount}:${signature}`;
}
