/**
 * A process of its own that uses the real Azure clients as an API does: @azure/identity keeps its source and its tokens per process.
 * Reads IDENTITY_ENDPOINT and IDENTITY_HEADER; takes a list of steps as JSON; prints what came of each as JSON.
 */
import { TableClient, type TableServiceClientOptions } from '@azure/data-tables';
import { ManagedIdentityCredential } from '@azure/identity';
import { SecretClient } from '@azure/keyvault-secrets';

export interface Work {
  readonly clientId?: string;
  readonly vault: string;
  readonly tables: string;
  readonly steps: readonly Step[];
}
export type Step =
  | readonly ['token', resource: string]
  | readonly ['secret' | 'versions', name: string]
  | readonly ['rows', table: string];
export type Outcome =
  | { readonly done: unknown }
  | { readonly failed: { name: string; status?: number; code?: string; message: string } };

/** The clients send a token by https only, so they are given https addresses, and this sends the request as http. The retry sees https again. */
const plainHttp: NonNullable<TableServiceClientOptions['additionalPolicies']>[number] = {
  position: 'perRetry',
  policy: {
    name: 'plainHttp',
    async sendRequest(request, next) {
      const { url } = request;
      request.url = url.replace(/^https:/, 'http:');
      request.allowInsecureConnection = true;
      return next(request).finally(() => {
        request.url = url;
      });
    },
  },
};
const options = {
  additionalPolicies: [plainHttp],
  retryOptions: { maxRetries: 1, retryDelayInMs: 50 },
};
const toHttps = (url: string) => url.replace(/^http:/, 'https:');

const { clientId, vault, tables, steps }: Work = JSON.parse(process.argv[2] ?? '');
const identity = clientId
  ? new ManagedIdentityCredential({ clientId })
  : new ManagedIdentityCredential();
const secrets = new SecretClient(toHttps(vault), identity, {
  ...options,
  disableChallengeResourceVerification: true,
});

async function take([kind, subject]: Step): Promise<unknown> {
  if (kind === 'token') return identity.getToken(`${subject}/.default`);
  if (kind === 'secret') return secrets.getSecret(subject);
  if (kind === 'versions') return collect(secrets.listPropertiesOfSecretVersions(subject));
  return useTable(new TableClient(toHttps(tables), subject, identity, options));
}

/** Everything the store needs of a table: create, insert, read, list, both preconditions, a transaction, delete. */
async function useTable(table: TableClient): Promise<unknown> {
  const status = (error: { statusCode?: number }) => error.statusCode;
  await table.createTable();
  const inserted = await table.createEntity({
    partitionKey: "o'brien",
    rowKey: 'ü 1',
    text: 'first',
  });
  const again = await table.createEntity({ partitionKey: "o'brien", rowKey: 'ü 1' }).catch(status);
  await table.updateEntity({ partitionKey: "o'brien", rowKey: 'ü 1', text: 'second' }, 'Replace', {
    etag: inserted.etag ?? '',
  });
  const stale = await table
    .updateEntity({ partitionKey: "o'brien", rowKey: 'ü 1' }, 'Replace', {
      etag: inserted.etag ?? '',
    })
    .catch(status);
  const read = await table.getEntity("o'brien", 'ü 1');
  await table.submitTransaction([
    ['create', { partitionKey: 'p', rowKey: '1' }],
    ['create', { partitionKey: 'p', rowKey: '2' }],
  ]);
  const pages = table
    .listEntities({ queryOptions: { filter: "PartitionKey eq 'p'" } })
    .byPage({ maxPageSize: 1 });
  const listed = (await collect(pages)).flat().map(({ rowKey }) => rowKey);
  await table.deleteTable();
  return { again, stale, text: read.text, listed };
}

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

const outcomes: Outcome[] = [];
for (const step of steps) {
  outcomes.push(
    await take(step).then(
      (done) => ({ done }),
      ({ name, statusCode, code, message }) => ({
        failed: { name, status: statusCode, code, message },
      }),
    ),
  );
}
process.stdout.write(JSON.stringify(outcomes));
