import type { Problem } from './problem.ts';
import type { ProblemCode } from './problem-code.ts';

type Messages = Readonly<Partial<Record<ProblemCode, string>>>;

const permissionPending = 'The permission is not effective yet. Try again in a minute.';
const stillNotAccepted = 'You signed in, but the sign-in is still not accepted.';

/** The messages if the user did what Entra ID asked for, and the API returns the same problem. */
const messagesAfterSuccess: Messages = {
  step_up_required:
    'You confirmed that it’s you, but your organisation still asks for another check.',
  consent_required: permissionPending,
  insufficient_scope: permissionPending,
  sign_in_again: stillNotAccepted,
  invalid_token: stillNotAccepted,
};

const notPermitted = 'You did not give permission, so this was not done.';
const notSignedIn = 'You did not sign in, so this was not done.';

/** The messages if the user cancelled at Entra ID. */
const messagesAfterCancel: Messages = {
  step_up_required: 'You did not finish the check, so this was not done.',
  consent_required: notPermitted,
  insufficient_scope: notPermitted,
  sign_in_again: notSignedIn,
  invalid_token: notSignedIn,
};

/**
 * Explains to the user why an action failed although they visited Entra ID for it.
 *
 * @returns one sentence, or `undefined` if a visit to Entra ID cannot solve such a problem
 *
 * @example
 * ```ts
 * explainAfterInteraction({ ...problem, code: 'consent_required', declined: true });
 * // You did not give permission, so this was not done.
 * ```
 */
export function explainAfterInteraction({ code, declined }: Problem): string | undefined {
  return (declined ? messagesAfterCancel : messagesAfterSuccess)[code];
}
