import type { RestError } from '@azure/core-rest-pipeline';
import { Denial } from '../denial.ts';
import { readRetryAfter } from '../http/send.ts';

/** A credential that could not be had: what the caller is told, and for how many milliseconds nobody asks the vault again. */
export interface VaultFailure {
  readonly denial: Denial;
  readonly rest: number;
}

/** Seconds in which a vault that failed is left alone: usually, and at most where it says so itself. */
const rest = { usual: 1, atMost: 300 };

/** No word of an error's message goes on, for it may quote what was sent: a status, a code or a kind does. */
export function readVaultFailure(error: unknown): VaultFailure {
  const seconds = Math.min(retryAfterOf(error) ?? rest.usual, rest.atMost);
  const { statusCode, code, name } = error as { statusCode?: number; code?: string; name?: string };
  const denial = error instanceof Denial ? error : unavailable(String(statusCode ?? code ?? name ?? 'unknown'), seconds);
  return { denial, rest: seconds * 1_000 };
}

/** Worth one more try at once: a broken connection, a stumble of the vault. */
export function isPassing(error: unknown): boolean {
  const { statusCode = 0 } = error as { statusCode?: number };
  return !(error instanceof Denial) && (statusCode === 0 || statusCode >= 500) && retryAfterOf(error) === undefined;
}

export const unavailable = (reason: string, retryAfter?: number) =>
  new Denial('unavailable', { retryAfter, facts: { check: 'credential', reason } });

/** Seconds, where the vault says how long it wants to be left alone. */
const retryAfterOf = (error: unknown) => readRetryAfter((error as Partial<RestError>).response?.headers.get('retry-after'));
