import { isObject } from '../json.ts';
import type { Problem } from './problem.ts';
import type { ProblemCode } from './problem-code.ts';

/** The members of an MSAL error that decide what the app can do about it. */
type EntraError = {
  /** The OAuth error of Entra ID, or an error code of MSAL itself. */
  readonly errorCode: string;

  /** `InteractionRequiredAuthError` if only the user can solve the problem. */
  readonly name?: unknown;

  /** The `suberror` of the OAuth error response. */
  readonly subError?: unknown;

  /** The AADSTS number, if Entra ID sent one. */
  readonly errorNo?: unknown;

  /** The claims challenge for the next request, as JSON. */
  readonly claims?: unknown;

  /** The id of the request to Entra ID. */
  readonly correlationId?: unknown;
};

/** The problem codes by AADSTS number. */
const codesByNumber: ReadonlyMap<unknown, ProblemCode> = new Map([
  ['50057', 'account_disabled'],
  ['50105', 'not_assigned'],
  ['53003', 'blocked'],
  ['65001', 'consent_required'],
  ['65004', 'consent_required'],
  ['90094', 'admin_consent_required'],
]);

/** Matches the error codes of MSAL and of Entra ID that a later retry may solve. */
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
 * Describes an error that MSAL or a library with the same error members threw. The problem has the
 * code that the APIs use for the same cause
 * (https://learn.microsoft.com/entra/identity-platform/reference-error-codes).
 *
 * Entra ID's error description is left out. It is for developers and may contain personal data.
 *
 * @param correlationId the ID of the failed request. Default: the one of the error
 *
 * @example
 * ```ts
 * try {
 *   await msal.acquireTokenSilent({ scopes });
 * } catch (error) {
 *   throw new ProblemError(describeEntraError(error));
 * }
 * ```
 */
export function describeEntraError(error: unknown, correlationId?: string): Problem {
  if (!isEntraError(error))
    return { code: 'unexpected', status: 0, correlationId: correlationId ?? '' };
  const code = classify(error);
  return {
    code,
    status: 0,
    correlationId: correlationId ?? readText(error.correlationId),
    ...(code === 'step_up_required' && { claims: readText(error.claims) }),
    ...(error.errorCode === 'access_denied' && { declined: true }),
  };
}

function isEntraError(error: unknown): error is EntraError {
  return isObject(error) && typeof error.errorCode === 'string';
}

function classify({ name, errorCode, subError, errorNo, claims }: EntraError): ProblemCode {
  const codeOfNumber = codesByNumber.get(errorNo);
  if (codeOfNumber) return codeOfNumber;
  if (subError === 'message_only') return 'blocked';
  if (errorCode === 'consent_required' || subError === 'consent_required')
    return 'consent_required';
  if (outagePattern.test(errorCode)) return 'unavailable';
  const needsUser = name === 'InteractionRequiredAuthError';
  if (needsUser && readText(claims) !== '') return 'step_up_required';
  return 'sign_in_again';
}

const readText = (value: unknown) => (typeof value === 'string' ? value : '');
