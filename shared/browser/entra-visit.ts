import { describeEntraError } from './entra-error.ts';
import type { PendingAction, PendingActions } from './pending-action.ts';
import type { Problem } from './problem.ts';
import type { TokenSource } from './token-source.ts';

/** Whether Entra ID opened this page, and with which result. */
export type EntraVisit = {
  /** Whether Entra ID redirected to this page, with a token or with an error. */
  readonly returned: boolean;

  /** Why Entra ID issued no token. `undefined` if it did. */
  readonly failure: Problem | undefined;
};

/** A pending action after the visit to Entra ID. */
export type ReturnedAction = PendingAction & {
  /** Why Entra ID issued no token. Absent if it did. */
  readonly problem?: Problem;
};

/**
 * Stores the action, and leaves the page for the step at Entra ID that solves the problem. If the
 * action cannot be stored, the page stays open, so that no input is lost.
 *
 * @throws {ProblemError} if the page cannot be left
 * @throws {DOMException} if the storage is full
 *
 * @example
 * ```ts
 * const pending = { page: location.pathname, action: 'save', code: problem.code };
 * await leaveForEntra(problem, pending, pendingActions, tokens);
 * ```
 */
export async function leaveForEntra(
  problem: Problem,
  pending: PendingAction,
  pendingActions: PendingActions,
  tokens: Pick<TokenSource, 'interact'>,
): Promise<void> {
  pendingActions.save(pending);
  try {
    await tokens.interact(problem);
  } catch (error) {
    // Otherwise the action would run, unexpectedly, after another visit to Entra ID.
    pendingActions.take();
    throw error;
  }
}

/**
 * Waits for the library to complete the redirect from Entra ID.
 *
 * @param redirect resolves to `null` if Entra ID did not redirect to this page, and rejects if
 *   Entra ID issued no token, as MSAL's `handleRedirectPromise` does
 *
 * @example
 * ```ts
 * const visit = await readEntraVisit(msal.handleRedirectPromise());
 * ```
 */
export async function readEntraVisit(redirect: Promise<object | null>): Promise<EntraVisit> {
  try {
    return { returned: (await redirect) !== null, failure: undefined };
  } catch (error) {
    return { returned: true, failure: describeEntraError(error) };
  }
}

/**
 * Returns the action that continues on this page, once. Call it when the page opens: an action
 * that does not continue at that time is dropped.
 *
 * If the user declined, the action's `problem` has the code that led to Entra ID, so that the
 * message names what the user declined.
 *
 * @param page the page that is open now
 * @returns `undefined` if the user does not come from Entra ID, or if no action of this page and
 *   user is pending
 *
 * @example
 * ```ts
 * const returned = takeReturnedAction(pendingActions, visit, location.pathname);
 * if (returned?.action === 'save') await runner.run('save', save, { returned });
 * ```
 */
export function takeReturnedAction(
  pendingActions: Pick<PendingActions, 'take'>,
  { returned, failure }: EntraVisit,
  page: string,
): ReturnedAction | undefined {
  const pending = pendingActions.take();
  if (!returned || pending?.page !== page) return undefined;
  if (!failure) return pending;
  const isCancelled = failure.declined && failure.code !== 'admin_consent_required';
  return { ...pending, problem: isCancelled ? { ...failure, code: pending.code } : failure };
}
