import { browserClock, type Clock } from './clock.ts';
import { ProblemError } from './problem.ts';

/** Milliseconds before each retry. A new consent may take some seconds to become effective. */
const retryDelays = [500, 1_000, 2_000];

/**
 * Runs the action, and retries it until the consent that the user has just given is effective.
 *
 * @throws {ProblemError} `consent_required` if the consent is still missing after 3.5 seconds
 *
 * @example
 * ```ts
 * await retryAfterConsent(() => saveOrder(order));
 * ```
 */
export async function retryAfterConsent(
  action: () => Promise<void>,
  clock: Clock = browserClock,
): Promise<void> {
  for (const delay of retryDelays) {
    try {
      return await action();
    } catch (error) {
      const isMissing = error instanceof ProblemError && error.problem.code === 'consent_required';
      if (!isMissing) throw error;
      await clock.sleep(delay);
    }
  }
  return action();
}
