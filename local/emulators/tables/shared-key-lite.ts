import { createHmac } from 'node:crypto';

/** Azurite's only account and its key: public constants that every Azurite has (learn.microsoft.com/azure/storage/common/storage-use-azurite). */
export const developmentAccount = 'devstoreaccount1';
const developmentKey =
  'Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==';

/**
 * The `Authorization` value for the table service: Shared Key Lite over the `x-ms-date` and the path as it is sent, with `comp` if given
 * (learn.microsoft.com/rest/api/storageservices/authorize-with-shared-key). The path begins with the account's name once more.
 */
export function signSharedKeyLite(date: string, url: URL): string {
  const comp = url.searchParams.get('comp');
  const resource = `/${developmentAccount}${url.pathname}${comp === null ? '' : `?comp=${comp}`}`;
  const signature = createHmac('sha256', Buffer.from(developmentKey, 'base64'))
    .update(`${date}\n${resource}`)
    .digest('base64');
  return `SharedKeyLite ${developmentAccount}:${signature}`;
}
