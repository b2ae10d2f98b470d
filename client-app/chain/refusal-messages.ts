import type { ProblemCode } from '../../shared/browser/problem-code.ts';

/** Why a part of the chain refused. */
export interface RefusalMessage {
  /** One sentence for the user. */
  readonly cause: string;
  /** The problem `code` that the Client App receives. */
  readonly code: ProblemCode;
}

/**
 * Entra's refusals by AADSTS number.
 * @see https://learn.microsoft.com/entra/identity-platform/reference-error-codes
 */
const entraRefusals: Readonly<Record<number, RefusalMessage>> = {
  50013: {
    cause: 'Entra rejects token A: its signature or its issuer is invalid.',
    code: 'invalid_token',
  },
  50057: { cause: 'The user’s account is disabled.', code: 'account_disabled' },
  50058: { cause: 'The user has no session at Entra in this browser.', code: 'sign_in_again' },
  50076: {
    cause: 'Conditional Access requires multi-factor authentication (MFA).',
    code: 'step_up_required',
  },
  50079: {
    cause:
      'Conditional Access requires the user to register for multi-factor authentication (MFA).',
    code: 'step_up_required',
  },
  50105: {
    cause: 'The app is open to assigned users only, and this user is not assigned.',
    code: 'not_assigned',
  },
  50173: {
    cause: 'The user’s sessions were revoked after token A was issued.',
    code: 'sign_in_again',
  },
  53003: {
    cause: 'Conditional Access blocks this access. The user cannot change that.',
    code: 'blocked',
  },
  65001: {
    cause: 'Original API has no consent to call the API behind it for this user.',
    code: 'consent_required',
  },
  65004: { cause: 'The user declined to consent.', code: 'consent_required' },
  90094: {
    cause: 'Only an administrator can grant this consent.',
    code: 'admin_consent_required',
  },
  500133: { cause: 'Token A is outside of its validity period.', code: 'invalid_token' },
  700027: {
    cause: 'Entra does not know the certificate that Original API signed its assertion with.',
    code: 'unavailable',
  },
  1000502: { cause: 'The certificate of Original API has expired.', code: 'unavailable' },
  7000215: { cause: 'The client secret of Original API is invalid.', code: 'unavailable' },
  7000222: { cause: 'The client secret of Original API has expired.', code: 'unavailable' },
};

/** Explains an error response of Entra's token endpoint. A status of 0 means no response. */
export function explainEntraRefusal(aadsts: number | undefined, status: number): RefusalMessage {
  const known = aadsts === undefined ? undefined : entraRefusals[aadsts];
  if (known) return known;
  if (status === 429)
    return { cause: 'Entra receives too many requests and asks to wait.', code: 'unavailable' };
  if (status >= 500 || status === 0)
    return { cause: 'Entra’s token endpoint is failing.', code: 'unavailable' };
  return { cause: 'Entra refuses the exchange.', code: 'bad_gateway' };
}

/** Refusals of the two APIs by HTTP status. */
const apiRefusals: Readonly<Record<number, RefusalMessage>> = {
  403: { cause: 'The user is not allowed to do this.', code: 'forbidden' },
  404: {
    cause: 'The item does not exist, or it is not shared with this user.',
    code: 'not_found',
  },
  412: { cause: 'Somebody saved a newer version.', code: 'conflict' },
  502: { cause: 'A service in the chain returned an unusable response.', code: 'bad_gateway' },
  503: { cause: 'A service in the chain is not available.', code: 'unavailable' },
  504: { cause: 'A service in the chain did not respond in time.', code: 'timeout' },
};

/** Explains an error response of one of the two APIs from its HTTP status. */
export const explainApiRefusal = (
  status: number,
): Pick<RefusalMessage, 'cause'> & Partial<RefusalMessage> =>
  apiRefusals[status] ?? { cause: `The request failed with status ${status}.` };

const noRetry = 'tells the user, and offers no retry.';
const retry = 'tries again after a countdown, and waits longer after each attempt.';

const reactions: Partial<Readonly<Record<ProblemCode, string>>> = {
  step_up_required:
    'requests a token silently, then asks the user to confirm who they are, and repeats the call.',
  consent_required:
    'names the missing permission, offers Entra’s consent page, and repeats the call.',
  admin_consent_required:
    'says that an administrator has to consent, and offers a message to send to them.',
  sign_in_again:
    'requests a token silently, then asks the user to sign in again, and repeats the call.',
  invalid_token: 'gets a new token A and repeats the call.',
  blocked: noRetry,
  account_disabled: noRetry,
  not_assigned: noRetry,
  unavailable: retry,
  timeout: retry,
  conflict: 'shows both versions and lets the user choose.',
};

/** What the Client App does after a problem. Completes the sentence "The Client App …". */
export const describeReaction = (code: string | undefined): string =>
  reactions[code as ProblemCode] ?? 'tells the user.';
