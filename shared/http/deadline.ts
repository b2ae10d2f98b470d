import { ApiError } from '../api-error.ts';

/**
 * Time for one request in all. `close` gives the timer back, so that nothing outlives the request.
 * @param milliseconds how long everything behind the request may take together
 */
export function createDeadline(milliseconds: number) {
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(), milliseconds);
  return { signal: controller.signal, close: () => clearTimeout(timer) };
}

/** Waits for shared work no longer than the signal allows; the work itself goes on for the others who wait for it. @throws ApiError `timeout` */
export async function withDeadline<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const giveUp = () => reject(new ApiError('timeout', { logContext: { check: 'budget' } }));
  if (signal.aborted) giveUp();
  signal.addEventListener('abort', giveUp, { once: true });
  try {
    return await Promise.race([work, promise]);
  } finally {
    signal.removeEventListener('abort', giveUp);
  }
}
