import { ApiError } from '../api-error.ts';

/** A time limit for a request and everything that it waits for. */
export type Deadline = {
  /** Aborted when the time limit has passed. */
  readonly signal: AbortSignal;

  /** Stops the timer. Call it when the work is done, so that the timer does not outlive it. */
  close(): void;
};

/**
 * Starts a time limit.
 *
 * @example
 * ```ts
 * const deadline = createDeadline(10_000);
 * try {
 *   await fetch(url, { signal: deadline.signal });
 * } finally {
 *   deadline.close();
 * }
 * ```
 */
export function createDeadline(milliseconds: number): Deadline {
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(), milliseconds);
  return { signal: controller.signal, close: () => clearTimeout(timer) };
}

/**
 * Waits for work until the signal is aborted. The work itself continues, because other requests
 * may wait for it, too.
 *
 * @throws {ApiError} `timeout` when the signal is aborted first.
 * @throws The error of the work.
 *
 * @example
 * ```ts
 * const token = await withDeadline(call.signal, sharedTokenRequest);
 * ```
 */
export async function withDeadline<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const abort = () => reject(new ApiError('timeout', { logContext: { check: 'deadline' } }));
  if (signal.aborted) abort();
  signal.addEventListener('abort', abort, { once: true });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}
