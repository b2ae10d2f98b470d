import { TableClient } from '@azure/data-tables';
import * as v from 'valibot';
import { ApiError } from '../../shared/api-error.ts';
import { azureClientArguments } from '../../shared/http/azure-client.ts';
import type { createManagedIdentity } from '../managed-identity.ts';

/** The tables of the store. The deployment creates them, and so do the emulators. */
export const tableNames = ['documents', 'shares', 'profiles'] as const;

/** Opens the client of one table. */
export type OpenTable = (name: (typeof tableNames)[number]) => TableClient;

/** A stored value and its version. */
export type Stored<T> = {
  /** The stored value. */
  readonly value: T;
  /** The entity tag of the row. It changes with every write. */
  readonly etag: string;
};

/** Milliseconds until a request to the store is aborted. */
const requestTimeout = 3_000;

/**
 * Creates a function that opens tables with the app's managed identity, without a key or a
 * connection string. The client does not retry: if the response to a write is lost, a retry would
 * fail with a conflict although the write has succeeded. Use `readWithRetry` for reads.
 */
export function createTables(
  endpoint: URL,
  credential: ReturnType<typeof createManagedIdentity>,
): OpenTable {
  const { url, options } = azureClientArguments(endpoint);
  return (name) =>
    new TableClient(url, name, credential, { retryOptions: { maxRetries: 0 }, ...options });
}

/** Returns the options that every request to the store needs. */
export const operationOptions = (signal: AbortSignal) => ({
  abortSignal: signal,
  requestOptions: { timeout: requestTimeout },
});

/**
 * Waits for the result of a request to the store.
 *
 * @returns `undefined` if the row does not exist
 * @throws {ApiError} `conflict` if the precondition of the request fails
 * @throws {ApiError} `timeout` if the signal aborts
 * @throws {ApiError} `unavailable` for any other failure
 */
export async function resultOf<T>(request: Promise<T>): Promise<T | undefined> {
  try {
    return await request;
  } catch (error) {
    if (error instanceof ApiError) throw error;
    const { statusCode, name, code } = error as {
      statusCode?: number;
      name?: string;
      code?: string;
    };
    // A 404 for a missing table (TableNotFound) is a fault of the deployment.
    if (statusCode === 404 && serviceCodeOf(error) === 'ResourceNotFound') return undefined;
    if (statusCode === 409 || statusCode === 412)
      throw new ApiError('conflict', { logContext: { check: 'store', storeStatus: statusCode } });
    if (name === 'AbortError') throw new ApiError('timeout', { logContext: { check: 'store' } });
    throw new ApiError('unavailable', {
      logContext: { check: 'store', reason: String(statusCode ?? code ?? name) },
    });
  }
}

/** The error code that the table service sent, such as `ResourceNotFound`. */
function serviceCodeOf(error: unknown): unknown {
  const { details } = error as { details?: { odataError?: { code?: unknown } } };
  return details?.odataError?.code;
}

/**
 * Reads from the store, and tries once more if the store is unavailable.
 *
 * @returns `undefined` if the row does not exist
 * @throws {ApiError} as `resultOf` does
 */
export async function readWithRetry<T>(read: () => Promise<T>): Promise<T | undefined> {
  try {
    return await resultOf(read());
  } catch (error) {
    if (error instanceof ApiError && error.code === 'unavailable') return resultOf(read());
    throw error;
  }
}

/**
 * Writes a row. If the response is lost, the function reads the row once to find out whether the
 * write succeeded. It did if the row has the sent content.
 *
 * @param request the write
 * @param readBack returns the row if it has the sent content
 * @returns the new ETag
 * @throws {ApiError} as `resultOf` does, and `conflict` if the row no longer exists
 */
export async function writeRow(
  request: Promise<{ readonly etag?: string }>,
  readBack: () => Promise<{ readonly etag: string } | undefined>,
): Promise<string> {
  const written = await writeOrReadBack(request, readBack);
  if (!written?.etag) throw new ApiError('conflict', { logContext: { check: 'store' } });
  return written.etag;
}

async function writeOrReadBack(
  request: Promise<{ readonly etag?: string }>,
  readBack: () => Promise<{ readonly etag: string } | undefined>,
): Promise<{ readonly etag?: string } | undefined> {
  try {
    return await resultOf(request);
  } catch (error) {
    if (!(error instanceof ApiError) || error.code === 'conflict') throw error;
    const stored = await readBack().catch(() => undefined);
    if (!stored) throw error;
    return stored;
  }
}

/**
 * Validates a row. The response of the store is untrusted input.
 *
 * @throws {ApiError} `unavailable` if the row does not match the schema
 */
export function readRow<const S extends v.GenericSchema>(schema: S, row: object): v.InferOutput<S> {
  const result = v.safeParse(schema, row);
  if (!result.success)
    throw new ApiError('unavailable', {
      logContext: { check: 'store', reason: 'malformed row' },
    });
  return result.output;
}
