/**
 * Status, title and default detail of each problem that the APIs return (RFC 9457 §3.1), by code.
 *
 * The codes are a closed set: the Client App has a message for each of them.
 */
export const problems = {
  invalid_request: {
    status: 400,
    title: 'Malformed credentials',
    detail: 'The request presents its credentials in a form that is not accepted.',
  },
  invalid_token: {
    status: 401,
    title: 'Sign-in required',
    detail: 'The access token is invalid.',
  },
  insufficient_scope: {
    status: 403,
    title: 'Insufficient scope',
    detail: 'The access token lacks a scope that this operation requires.',
  },
  step_up_required: {
    status: 401,
    title: 'Further authentication required',
    detail: 'The organisation requires further authentication of the user for this operation.',
  },
  consent_required: {
    status: 403,
    title: 'Consent required',
    detail: 'The user has not consented to this operation yet.',
  },
  admin_consent_required: {
    status: 403,
    title: 'Administrator consent required',
    detail: 'An administrator must consent to this operation.',
  },
  sign_in_again: {
    status: 401,
    title: 'Sign-in expired',
    detail: 'The sign-in is no longer valid. Sign in again.',
  },
  blocked: {
    status: 403,
    title: 'Blocked by policy',
    detail: 'A policy of the organisation blocks this operation.',
  },
  account_disabled: {
    status: 403,
    title: 'Account disabled',
    detail: 'The account is disabled.',
  },
  not_assigned: {
    status: 403,
    title: 'Not assigned',
    detail: 'The user is not assigned to this app.',
  },
  caller_not_allowed: {
    status: 403,
    title: 'App not allowed',
    detail: 'The calling app is not allowed to use this API.',
  },
  forbidden: {
    status: 403,
    title: 'Forbidden',
    detail: 'The user is not allowed to do this.',
  },
  not_found: {
    status: 404,
    title: 'Not found',
    detail: 'The resource does not exist, or it is not shared with the user.',
  },
  state_conflict: {
    status: 409,
    title: 'Conflict',
    detail: 'The request conflicts with the current state of the resource.',
  },
  conflict: {
    status: 412,
    title: 'Version conflict',
    detail: 'The resource has changed since it was read.',
  },
  precondition_required: {
    status: 428,
    title: 'Precondition required',
    detail: 'Send If-Match with the ETag that was read, or If-None-Match: *.',
  },
  bad_request: {
    status: 400,
    title: 'Bad request',
    detail: 'The request is malformed.',
  },
  unprocessable: {
    status: 422,
    title: 'Unprocessable content',
    detail: 'The content of the request is well-formed, but it cannot be processed.',
  },
  unsupported_media_type: {
    status: 415,
    title: 'Unsupported media type',
    detail: 'Send the body as application/json, without compression.',
  },
  length_required: {
    status: 411,
    title: 'Length required',
    detail: 'Send the body with a Content-Length header and not in chunks.',
  },
  too_large: {
    status: 413,
    title: 'Content too large',
    detail: 'The body exceeds 1 MiB.',
  },
  unavailable: {
    status: 503,
    title: 'Service unavailable',
    detail: 'A required service is not answering. Try again later.',
  },
  bad_gateway: {
    status: 502,
    title: 'Bad gateway',
    detail: 'A required service returned an unusable response.',
  },
  timeout: {
    status: 504,
    title: 'Gateway timeout',
    detail: 'A required service took too long to respond.',
  },
  unexpected: {
    status: 500,
    title: 'Internal error',
    detail: 'An unexpected error occurred.',
  },
} as const;

/** The `code` member of a problem body. */
export type ApiErrorCode = keyof typeof problems;

/**
 * Returns the `detail` of an `unavailable` problem. It names the service that failed, so that a
 * fault of Entra ID is never reported as a fault of a downstream API.
 *
 * @param service The name of the service, such as `sign-in` or `downstream`.
 *
 * @example
 * ```ts
 * throw new ApiError('unavailable', { detail: notAnswering('sign-in') });
 * ```
 */
export const notAnswering = (service: string) =>
  `The ${service} service is not answering. Try again later.`;

/**
 * Fields for the log that the caller must not see, such as the name of the check that failed.
 * They never contain a token, a secret or personal data.
 */
export type LogContext = Readonly<
  Record<string, string | number | boolean | readonly (string | number)[] | undefined>
>;

/** The details of an {@link ApiError} for the caller and for the log. */
export type ApiErrorOptions = {
  /** A sentence for the caller. Replaces the default detail of the code. */
  readonly detail?: string | undefined;

  /**
   * The claims to request from Entra ID: a JSON object with a top-level `access_token` member.
   * Sent with `step_up_required`.
   */
  readonly claims?: object | undefined;

  /** The missing scopes. Sent with `insufficient_scope` and with missing consent. */
  readonly scopes?: readonly string[] | undefined;

  /** Seconds after which a retry may succeed. Sent with `unavailable`. Default: 5. */
  readonly retryAfter?: number | undefined;

  /**
   * Whether the request carried no credentials at all. Its challenge then contains no `error`
   * parameter (RFC 6750 §3.1).
   */
  readonly credentialsMissing?: boolean;

  /** Fields for the log only. */
  readonly logContext?: LogContext;
};

/**
 * The only error that an API explains to its caller: `toProblemResponse` writes it as an RFC 9457
 * problem. Any other error is a bug, for which the caller receives a 500 without details.
 *
 * It has no `cause` on purpose: a cause could contain text from Entra ID, a token or an e-mail
 * address.
 *
 * @example
 * ```ts
 * throw new ApiError('forbidden', { logContext: { check: 'owner' } });
 * ```
 */
export class ApiError extends Error {
  /** The `code` member of the problem body. It also determines the HTTP status. */
  readonly code: ApiErrorCode;

  /** The details for the caller and for the log. */
  readonly options: ApiErrorOptions;

  constructor(code: ApiErrorCode, options: ApiErrorOptions = {}) {
    super(code);
    this.code = code;
    this.options = options;
  }
}
