import type { ProblemCode } from './problem-messages.ts';

/** The parts of an MSAL error that decide what the app can do about it. */
export interface EntraError {
  /** The OAuth error of Entra, or an error code of MSAL itself. */
  readonly errorCode: string;
  /** The `suberror` of the OAuth error response. */
  readonly subError?: string | undefined;
  /** The AADSTS number, if Entra sent one. */
  readonly errorNo?: string | undefined;
  /** The claims challenge for the next request, as plain JSON. */
  readonly claims?: string | undefined;
  /** Whether MSAL threw an `InteractionRequiredAuthError`. */
  readonly interactionRequired: boolean;
}

/** The problem codes by AADSTS number. */
const codesByNumber: Readonly<Record<string, ProblemCode>> = {
  '50057': 'account_disabled',
  '50105': 'not_assigned',
  '53003': 'blocked',
  '65001': 'consent_required',
  '65004': 'consent_required',
  '90094': 'admin_consent_required',
};

/** Matches the error codes of MSAL and of Entra that a later retry may solve. */
const outagePattern = new RegExp(
  [
    'network',
    'post_request_failed',
    'get_request_failed',
    'temporarily_unavailable',
    'server_error',
    'timed_out',
    'openid_config',
    'endpoints_resolution',
  ].join('|'),
);

/**
 * Maps an error of the sign-in to the problem code that the APIs use for the same cause
 * (https://learn.microsoft.com/entra/identity-platform/reference-error-codes).
 */
export function classifyEntraError(error: EntraError): ProblemCode {
  const { errorCode, subError, errorNo, claims, interactionRequired } = error;
  const codeOfNumber = codesByNumber[errorNo ?? ''];
  if (codeOfNumber) return codeOfNumber;
  if (subError === 'message_only') return 'blocked';
  if (errorCode === 'consent_required' || subError === 'consent_required')
    return 'consent_required';
  if (outagePattern.test(errorCode)) return 'unavailable';
  if (interactionRequired && claims) return 'step_up_required';
  return 'sign_in_again';
}
