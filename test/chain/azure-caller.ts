/**
 * Runs the real Azure clients in a process of their own, because @azure/identity caches its token
 * source and its tokens for the whole process. Reads IDENTITY_ENDPOINT and IDENTITY_HEADER from the
 * environment and the work from its first argument. Prints the outcome of each step as JSON.
 */
import { TableClient, type TableServiceClientOptions } from '@azure/data-tables';
import { ManagedIdentityCredential } from '@azure/identity';
import { SecretClient } from '@azure/keyvault-secrets';

/** The work of the process, as JSON. */
export interface Work {
  /** Client id of the user-assigned identity; without it the identity is system-assigned. */
  readonly clientId?: string;
  /** URL of the vault. */
  readonly vault: string;
  /** URL of the table store. */
  readonly tables: string;
  /** The steps, in the order in which they run. */
  readonly steps: readonly Step[];
}

/** One use of an Azure client. */
export type Step =
  | { readonly action: 'get-token'; readonly resource: string }
  | { readonly action: 'get-secret'; readonly name: string }
  | { readonly action: 'list-secret-versions'; readonly name: string }
  | { readonly action: 'use-table'; readonly table: string };

/** The result of a step, or the error of the client. */
export type Outcome =
  | { readonly result: unknown }
  | {
      readonly error: { name: string; status?: number; code?: string; message: string };
    };

/** The result of `use-table`. */
export interface TableUse {
  /** Status code of the error when the entity exists already. */
  readonly duplicateStatus: number;
  /** Status code of the error when the ETag is stale. */
  readonly staleStatus: number;
  /** The text of the entity after its update. */
  readonly text: string;
  /** The keys of the listed entities. */
  readonly rowKeys: readonly string[];
}

/**
 * Azure clients send tokens only to https URLs, so they receive https URLs and this policy sends
 * the requests over http. A retry sees the https URL again.
 */
const plainHttpPolicy: NonNullable<TableServiceClientOptions['additionalPolicies']>[number] = {
  position: 'perRetry',
  policy: {
    name: 'plainHttp',
    async sendRequest(request, next) {
      const { url } = request;
      request.url = withProtocol(url, 'http:');
      request.allowInsecureConnection = true;
      try {
        return await next(request);
      } finally {
        request.url = url;
      }
    },
  },
};
const clientOptions = {
  additionalPolicies: [plainHttpPolicy],
  retryOptions: { maxRetries: 1, retryDelayInMs: 50 },
};

function withProtocol(url: string, protocol: 'http:' | 'https:'): string {
  const changed = new URL(url);
  changed.protocol = protocol;
  return changed.href;
}

const { clientId, vault, tables, steps }: Work = JSON.parse(process.argv[2] ?? '');
const identity = clientId
  ? new ManagedIdentityCredential({ clientId })
  : new ManagedIdentityCredential();
const secrets = new SecretClient(withProtocol(vault, 'https:'), identity, {
  ...clientOptions,
  disableChallengeResourceVerification: true,
});

async function perform(step: Step): Promise<unknown> {
  switch (step.action) {
    case 'get-token':
      return identity.getToken(`${step.resource}/.default`);
    case 'get-secret':
      return secrets.getSecret(step.name);
    case 'list-secret-versions':
      return collect(secrets.listPropertiesOfSecretVersions(step.name));
    case 'use-table': {
      const url = withProtocol(tables, 'https:');
      return useTable(new TableClient(url, step.table, identity, clientOptions));
    }
  }
}

/** Performs every table operation of the store: writes, reads, lists and deletes. */
async function useTable(table: TableClient): Promise<TableUse> {
  const key = { partitionKey: "o'brien", rowKey: 'ü 1' };
  await table.createTable();
  const inserted = await table.createEntity({ ...key, text: 'first' });
  const firstVersion = { etag: inserted.etag ?? '' };
  await table.updateEntity({ ...key, text: 'second' }, 'Replace', firstVersion);
  const duplicateStatus = await readErrorStatus(table.createEntity(key));
  const staleStatus = await readErrorStatus(table.updateEntity(key, 'Replace', firstVersion));
  const { text } = await table.getEntity<{ text: string }>(key.partitionKey, key.rowKey);

  await table.submitTransaction([
    ['create', { partitionKey: 'p', rowKey: '1' }],
    ['create', { partitionKey: 'p', rowKey: '2' }],
  ]);
  const pages = table
    .listEntities<{ rowKey: string }>({ queryOptions: { filter: "PartitionKey eq 'p'" } })
    .byPage({ maxPageSize: 1 });
  const entities = (await collect(pages)).flat();
  await table.deleteTable();
  return { duplicateStatus, staleStatus, text, rowKeys: entities.map(({ rowKey }) => rowKey) };
}

async function readErrorStatus(work: Promise<unknown>): Promise<number> {
  try {
    await work;
  } catch (error) {
    return (error as { statusCode: number }).statusCode;
  }
  throw new Error('The table store accepted a write that it had to refuse.');
}

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

async function tryStep(step: Step): Promise<Outcome> {
  try {
    return { result: await perform(step) };
  } catch (error) {
    const { name, statusCode, code, message } = error as Error & {
      statusCode?: number;
      code?: string;
    };
    return {
      error: {
        name,
        message,
        ...(statusCode === undefined ? {} : { status: statusCode }),
        ...(code === undefined ? {} : { code }),
      },
    };
  }
}

const outcomes: Outcome[] = [];
for (const step of steps) outcomes.push(await tryStep(step));
process.stdout.write(JSON.stringify(outcomes));
