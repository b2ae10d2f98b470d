import { ApiError, type ApiErrorCode, notAnswering } from '../api-error.ts';
import type { GuardRejection, Refusal } from './network.ts';

/** A kind of refusal: its signs, and the error that it becomes. One matching sign is enough. */
type RefusalClass = {
  /** OAuth error codes (`error`). */
  readonly errors?: readonly string[];
  /** Microsoft's refinements of them (`suberror`). */
  readonly suberrors?: readonly string[];
  /** AADSTS error numbers (`error_codes`). */
  readonly aadsts?: readonly number[];
  /** Why the guard sent no request. */
  readonly rejections?: readonly GuardRejection[];
  /** Any other sign. */
  readonly matches?: (refusal: Refusal) => boolean;
  /** The error that the caller receives. */
  readonly code: ApiErrorCode;
  /** The cause in one sentence, for the log. */
  readonly explanation: string;
  /** The cause in one word, for the log, if the request may succeed later. */
  readonly cause?: 'queue' | 'breaker' | 'throttle' | 'connection' | 'timeout' | 'busy';
  /** The `detail` for the caller, where the default one of `code` is too general. */
  readonly detail?: string;
};

/** The `detail` for a caller whose request waited for other requests, not for Entra. */
const tooManyRequests = 'Too many requests are waiting for the sign-in service. Try again later.';

/**
 * Every kind of refusal and the error that it becomes. The first match applies. `error`, `suberror`
 * and the presence of claims decide. AADSTS numbers decide only where those do not
 * (https://learn.microsoft.com/entra/identity-platform/reference-error-codes).
 */
export const refusalClasses: readonly RefusalClass[] = [
  {
    rejections: ['queue-full'],
    code: 'unavailable',
    cause: 'queue',
    explanation: 'Queue full: too many requests are waiting for the token endpoint.',
    detail: tooManyRequests,
  },
  {
    rejections: ['waited-too-long'],
    code: 'unavailable',
    cause: 'queue',
    explanation: 'Waited too long in the queue for the token endpoint.',
    detail: tooManyRequests,
  },
  {
    rejections: ['circuit-open'],
    code: 'unavailable',
    cause: 'breaker',
    explanation: 'The circuit breaker is open: the last requests to the token endpoint failed.',
  },
  {
    rejections: ['user-failing'],
    code: 'unavailable',
    cause: 'breaker',
    explanation: 'The last requests of this user to the token endpoint failed.',
  },
  {
    rejections: ['throttled'],
    code: 'unavailable',
    cause: 'throttle',
    explanation: 'Entra throttles this user. The time that it named has not passed yet.',
  },
  {
    matches: ({ failure }) => failure === 'connect' || failure === 'broken',
    code: 'unavailable',
    cause: 'connection',
    explanation: 'Entra cannot be reached, or the connection to it broke.',
  },
  {
    matches: ({ failure }) => failure === 'timeout',
    code: 'unavailable',
    cause: 'timeout',
    explanation: 'Entra did not respond in time.',
  },
  {
    matches: ({ failure }) => failure !== undefined,
    code: 'bad_gateway',
    explanation: 'The response of the token endpoint is malformed or too large.',
  },
  {
    matches: ({ status }) => status === 429,
    code: 'unavailable',
    cause: 'throttle',
    explanation: 'Entra throttles the request.',
  },
  {
    matches: ({ status = 0 }) => status >= 500,
    code: 'unavailable',
    cause: 'busy',
    explanation: 'Entra is busy or has an internal error.',
  },
  {
    errors: ['temporarily_unavailable'],
    // Entra throttles the tenant.
    aadsts: [90055],
    code: 'unavailable',
    cause: 'busy',
    explanation: 'Entra is busy.',
  },
  {
    // Entra detected a loop.
    aadsts: [50196],
    code: 'unavailable',
    cause: 'throttle',
    explanation: 'Entra throttles this app and user because the app repeats the same request.',
  },
  {
    suberrors: ['message_only'],
    code: 'blocked',
    explanation: 'A Conditional Access policy blocks the access. The user cannot resolve it.',
  },
  {
    matches: ({ claims }) => claims !== undefined,
    code: 'step_up_required',
    explanation: 'A Conditional Access policy requires more from the user (claims challenge).',
  },
  {
    aadsts: [50057],
    code: 'account_disabled',
    explanation: 'The user account is disabled.',
  },
  {
    aadsts: [50105],
    code: 'not_assigned',
    explanation: 'The app requires user assignment, and the user is not assigned to it.',
  },
  {
    // `createChallengeOnce` has dropped the claims, or there were none.
    suberrors: ['additional_action'],
    code: 'blocked',
    explanation: 'A Conditional Access policy requires an action that a sign-in did not complete.',
    detail:
      'The organisation requires an additional action that cannot be completed here, such as the ' +
      'use of a compliant device.',
  },
  {
    aadsts: [53003],
    code: 'blocked',
    explanation: 'A Conditional Access policy blocks the access.',
  },
  {
    aadsts: [90094],
    code: 'admin_consent_required',
    explanation: 'An administrator must consent to calling the downstream API.',
  },
  {
    suberrors: ['consent_required'],
    // Consent was not given (65001) or was declined (65004).
    aadsts: [65001, 65004],
    code: 'consent_required',
    explanation: 'Consent to calling the downstream API is missing.',
  },
  {
    aadsts: [500133],
    code: 'invalid_token',
    explanation: 'The assertion (token A) is expired or not valid yet.',
    detail: 'The access token is expired.',
  },
  {
    aadsts: [50013],
    code: 'invalid_token',
    explanation: 'Entra rejects the assertion (token A): wrong authority or withdrawn signing key.',
  },
  {
    errors: ['invalid_scope', 'invalid_resource', 'unauthorized_client'],
    // Wrong audience of the assertion (500131), unknown app (700016), scopes of several APIs
    // (700022), not allowed to use On-Behalf-Of (7000114), unknown API (500011), bad scope (70011).
    aadsts: [500131, 700016, 700022, 7000114, 500011, 70011],
    code: 'unexpected',
    explanation:
      'This app is misconfigured: its client id, its tenant, the requested scope or the audience ' +
      'of the exchanged token.',
  },
  {
    errors: ['invalid_client'],
    code: 'unavailable',
    explanation: 'Entra refuses the credential of this app, even after it was read again.',
  },
  {
    errors: ['interaction_required', 'login_required', 'invalid_grant'],
    code: 'sign_in_again',
    explanation: 'The sign-in is no longer valid.',
  },
  {
    matches: () => true,
    code: 'bad_gateway',
    explanation: 'Entra refused for an unknown reason.',
  },
];

function isOfClass(
  { errors = [], suberrors = [], aadsts = [], rejections = [], matches }: RefusalClass,
  refusal: Refusal,
): boolean {
  const { error = '', suberror = '', codes = [], rejection } = refusal;
  if (rejection) return rejections.includes(rejection);
  if (errors.includes(error) || suberrors.includes(suberror)) return true;
  if (codes.some((code) => aadsts.includes(code))) return true;
  return matches?.(refusal) ?? false;
}

/** AADSTS numbers of a credential that is wrong, expired, revoked or not registered. */
const credentialErrors = [7000215, 7000222, 700027, 700024, 7000214, 1000502, 7000274, 7000277];

/**
 * Returns whether Entra refused the credential of this app. The credential may have been rotated,
 * so the exchange is tried once more with another one.
 *
 * @example
 * if (isCredentialRefused(error.refusal)) await credential.renew(version);
 */
export function isCredentialRefused({ error, codes = [] }: Refusal): boolean {
  if (error !== 'invalid_client') return false;
  return codes.length === 0 || codes.some((code) => credentialErrors.includes(code));
}

/** Seconds until a retry makes sense if Entra names no time. */
const defaultRetryAfter = 5;

/**
 * Converts a refusal into the error that the caller receives. The error contains Entra's claims
 * unchanged, and none of Entra's text.
 *
 * @param refusal what the token endpoint returned
 * @param scopes the requested scopes of the downstream API. They are part of the error if consent
 * to them is missing.
 * @example
 * throw apiErrorOf(refusal, ['api://…/Documents.Read']);
 */
export function apiErrorOf(refusal: Refusal, scopes: readonly string[]): ApiError {
  const refusalClass = refusalClasses.find((each) => isOfClass(each, refusal));
  // The last class matches everything.
  const { code, cause, explanation, detail } = refusalClass as RefusalClass;
  const isEntraDown = code === 'unavailable' && refusal.error !== 'invalid_client';
  const isConsentMissing = code === 'consent_required' || code === 'admin_consent_required';
  return new ApiError(code, {
    detail: detail ?? (isEntraDown ? notAnswering('sign-in') : undefined),
    claims: code === 'step_up_required' ? refusal.claims : undefined,
    scopes: isConsentMissing ? scopes : undefined,
    retryAfter: refusal.retryAfter ?? defaultRetryAfter,
    logContext: {
      check: 'exchange',
      cause,
      explanation,
      failure: refusal.failure,
      entraStatus: refusal.status,
      entraError: toLoggableCode(refusal.error),
      entraSuberror: toLoggableCode(refusal.suberror),
      aadsts: refusal.codes?.length ? refusal.codes : undefined,
      entraTraceId: refusal.traceId,
      entraCorrelationId: refusal.correlationId,
    },
  });
}

/** Returns an error code as it is, and a placeholder for any other text of Entra. */
function toLoggableCode(text: string | undefined): string | undefined {
  if (text === undefined || /^[a-z_]{1,64}$/.test(text)) return text;
  return '(not an error code)';
}
