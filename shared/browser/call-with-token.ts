import { ProblemError } from './problem.ts';
import { canRenewSilently, requiresInteraction } from './recovery.ts';
import type { TokenRenewal } from './token-source.ts';

/**
 * Sends a request with an access token. If the API rejects the token or requires other claims,
 * the request is sent once more with a new token, which is acquired without the user.
 *
 * If that new token needs the user, the API's problem is thrown: it has the claims and the scopes
 * for the interactive request. For sending with `fetch`, use `createApiFetch` instead.
 *
 * @param acquireToken returns an access token. With a renewal, it skips the cache
 * @param send sends the request, or throws the `ProblemError` of the API's response. `isRenewed` is
 *   true when it sends the request again
 * @throws {ProblemError} if there is no token, or the API refuses the new token as well
 *
 * @example
 * ```ts
 * const order = await callWithToken(
 *   (renewal) => tokens.acquire({ renewal }),
 *   (token) => sendOrder(token),
 * );
 * ```
 */
export async function callWithToken<T>(
  acquireToken: (renewal?: TokenRenewal) => Promise<string>,
  send: (token: string, isRenewed: boolean) => Promise<T>,
): Promise<T> {
  const token = await acquireToken();
  try {
    return await send(token, false);
  } catch (error) {
    if (!isRenewable(error)) throw error;
    return send(await renewToken(error, acquireToken), true);
  }
}

/** Whether the API responded, and a new token may solve the problem. */
function isRenewable(error: unknown): error is ProblemError {
  return (
    error instanceof ProblemError && error.problem.status !== 0 && canRenewSilently(error.problem)
  );
}

async function renewToken(
  apiError: ProblemError,
  acquireToken: (renewal: TokenRenewal) => Promise<string>,
): Promise<string> {
  const { claims } = apiError.problem;
  try {
    return await acquireToken(claims === undefined ? {} : { claims });
  } catch (error) {
    if (error instanceof ProblemError && requiresInteraction(error.problem)) throw apiError;
    throw error;
  }
}
