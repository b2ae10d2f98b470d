import { TableClient } from '@azure/data-tables';
import * as v from 'valibot';
import { ApiError } from '../../shared/api-error.ts';
import { addressOf } from '../../shared/http/azure-client.ts';
import type { createManagedIdentity } from '../managed-identity.ts';

/** The tables that the store is made of; deployment (or the emulators) creates them. */
export const tableNames = ['documents', 'shares', 'profiles'] as const;

export type OpenTable = (name: (typeof tableNames)[number]) => TableClient;

/** Milliseconds that one request to the store may take. */
const deadline = 3_000;

/**
 * Azure Table Storage by the app's managed identity: no key, no connection string. The client retries nothing: a write whose answer was lost
 * would be tried again and told that somebody else has changed the row. `askAgain` is for reads.
 */
export function createTables(
  endpoint: URL,
  credential: ReturnType<typeof createManagedIdentity>,
): OpenTable {
  const { url, options } = addressOf(endpoint);
  return (name) =>
    new TableClient(url, name, credential, { retryOptions: { maxRetries: 0 }, ...options });
}

/** What every request to the store takes. */
export const limitedBy = (signal: AbortSignal) => ({
  abortSignal: signal,
  requestOptions: { timeout: deadline },
});

/**
 * Waits for the store: `undefined` where there is no such row.
 * @throws ApiError `conflict` for a precondition that no longer holds, `timeout`, `unavailable`
 */
export async function ask<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof ApiError) throw error;
    const { statusCode, name, code } = error as {
      statusCode?: number;
      name?: string;
      code?: string;
    };
    if (statusCode === 404 && codeOf(error) === 'ResourceNotFound') return undefined;
    if (statusCode === 409 || statusCode === 412)
      throw new ApiError('conflict', { logContext: { check: 'store', storeStatus: statusCode } });
    if (name === 'AbortError') throw new ApiError('timeout', { logContext: { check: 'store' } });
    throw new ApiError('unavailable', {
      logContext: { check: 'store', reason: String(statusCode ?? code ?? name) },
    });
  }
}

/** Reads, once more where the store was away for a moment. @throws ApiError as `ask` does */
export const askAgain = <T>(read: () => Promise<T>): Promise<T | undefined> =>
  ask(read()).catch((error: unknown) => {
    if (error instanceof ApiError && error.code === 'unavailable') return ask(read());
    throw error;
  });

/** What a row of this shape says; the store, or whatever answers in its place, may answer anything. @throws ApiError `unavailable` for another row */
export function readRow<const S extends v.GenericSchema>(shape: S, row: object): v.InferOutput<S> {
  const read = v.safeParse(shape, row);
  if (!read.success)
    throw new ApiError('unavailable', { logContext: { check: 'store', reason: 'no row of ours' } });
  return read.output;
}

/**
 * Writes, and gives the row's new ETag. Where the answer got lost, nobody knows whether it was done: then the row is read once,
 * and `readBack` gives it where it holds exactly what was sent.
 * @throws ApiError as `ask` does
 */
export async function write(
  work: Promise<{ readonly etag?: string }>,
  readBack: () => Promise<{ readonly etag: string } | undefined>,
) {
  const saved = await ask(work).catch(async (error: unknown) => {
    const found =
      error instanceof ApiError && error.code !== 'conflict'
        ? await readBack().catch(() => undefined)
        : undefined;
    if (!found) throw error;
    return found;
  });
  if (!saved?.etag) throw new ApiError('conflict', { logContext: { check: 'store' } });
  return saved.etag;
}

/** The service's own word: a missing table (TableNotFound) is a fault of deployment, a missing row is an answer. */
function codeOf(error: unknown): unknown {
  const { details } = error as { details?: { odataError?: { code?: unknown } } };
  return details?.odataError?.code;
}
