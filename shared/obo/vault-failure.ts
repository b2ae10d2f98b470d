import type { RestError } from '@azure/core-rest-pipeline';
import { ApiError } from '../api-error.ts';
import { readRetryAfter } from '../http/send.ts';

/** A credential that could not be had. No word of an error's message goes on, for it may quote what was sent: a status, a code or a kind does. */
export function readVaultFailure(error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  const { statusCode, code, name } = error as { statusCode?: number; code?: string; name?: string };
  return unavailable(String(statusCode ?? code ?? name ?? 'unknown'), retryAfterOf(error));
}

/** Worth one more try at once: a broken connection, a stumble of the vault. */
export function isPassing(error: unknown): boolean {
  const { statusCode = 0 } = error as { statusCode?: number };
  return (
    !(error instanceof ApiError) &&
    (statusCode === 0 || statusCode >= 500) &&
    retryAfterOf(error) === undefined
  );
}

export const unavailable = (reason: string, retryAfter?: number) =>
  new ApiError('unavailable', { retryAfter, logContext: { check: 'credential', reason } });

/** Seconds, where the vault says how long it wants to be left alone. */
const retryAfterOf = (error: unknown) =>
  readRetryAfter((error as Partial<RestError>).response?.headers.get('retry-after'));
