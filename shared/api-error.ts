/** Status and words of every reason this product gives for not doing what was asked: the one place that knows them. */
export const problems = {
  invalid_request: {
    status: 400,
    title: 'Bad credentials',
    detail: 'The request carries its credentials in a form that is not accepted.',
  },
  invalid_token: { status: 401, title: 'Sign-in needed', detail: 'The access token is invalid.' },
  insufficient_scope: {
    status: 403,
    title: 'Scope missing',
    detail: 'The access token lacks a scope that this needs.',
  },
  step_up_required: {
    status: 401,
    title: 'One more check',
    detail: 'The organisation asks for one more check of the user before this.',
  },
  consent_required: {
    status: 403,
    title: 'Permission needed',
    detail: 'The user has not yet allowed the app to do this.',
  },
  admin_consent_required: {
    status: 403,
    title: 'Administrator needed',
    detail: 'An administrator has to allow the app to do this.',
  },
  sign_in_again: {
    status: 401,
    title: 'Sign-in needed again',
    detail: 'The sign-in is no longer valid.',
  },
  blocked: {
    status: 403,
    title: 'Blocked',
    detail: 'The organisation does not allow this from here.',
  },
  account_disabled: {
    status: 403,
    title: 'Account disabled',
    detail: 'The account cannot be used.',
  },
  not_assigned: { status: 403, title: 'Not assigned', detail: 'The account may not use this app.' },
  caller_not_allowed: {
    status: 403,
    title: 'App not allowed',
    detail: 'The calling app may not use this API.',
  },
  forbidden: { status: 403, title: 'Not allowed', detail: 'The user may not do this.' },
  not_found: {
    status: 404,
    title: 'Not found',
    detail: 'There is no such thing, or it is not shared with the user.',
  },
  conflict: { status: 412, title: 'Changed meanwhile', detail: 'Somebody saved a newer version.' },
  precondition_required: {
    status: 428,
    title: 'Precondition needed',
    detail: 'Send If-Match with the ETag read, or If-None-Match: *.',
  },
  bad_request: {
    status: 400,
    title: 'Bad request',
    detail: 'The request is not one that this API understands.',
  },
  unsupported_media_type: {
    status: 415,
    title: 'JSON only',
    detail: 'Send the body as application/json, not compressed.',
  },
  length_required: {
    status: 411,
    title: 'Length needed',
    detail: 'Send the body with a Content-Length, not chunked.',
  },
  too_large: { status: 413, title: 'Too large', detail: 'The body is over 1 MiB.' },
  unavailable: {
    status: 503,
    title: 'Not available',
    detail: 'A service that this needs is not answering. Try again later.',
  },
  bad_gateway: {
    status: 502,
    title: 'Bad answer',
    detail: 'A service that this needs gave an answer that cannot be used.',
  },
  timeout: { status: 504, title: 'Too slow', detail: 'A service that this needs took too long.' },
  unexpected: { status: 500, title: 'Unexpected', detail: 'Something went wrong here.' },
} as const;

/** The `code` of the problem body. A closed set: the Client App has words for each. */
export type ApiErrorCode = keyof typeof problems;

/** For the `detail` of `unavailable`. */
export const notAnswering = (service: 'sign-in' | 'downstream') =>
  `The ${service} service is not answering. Try again later.`;

/** What the log may say of a apiError and the caller may not: names of checks, codes, counts. Never a token, a secret or a personal datum. */
export type LogContext = Readonly<
  Record<string, string | number | boolean | readonly (string | number)[] | undefined>
>;

/**
 * A safe sentence, where the code's own says too little; the claims to ask Entra for, a JSON object with a top-level `access_token`
 * (`step_up_required`); the scopes that are missing (`insufficient_scope`, `consent_required`).
 */
type Said = Readonly<{
  detail?: string | undefined;
  claims?: object | undefined;
  scopes?: readonly string[] | undefined;
}>;

/**
 * Seconds after which a retry makes sense, 5 where absent (`unavailable`); whether no credentials were sent at all, so that the challenge
 * names no error (RFC 6750 §3.1); and for the log alone, logContext.
 */
export type ApiErrorOptions = Said &
  Readonly<{ retryAfter?: number | undefined; bare?: boolean; logContext?: LogContext }>;

/**
 * The one error that becomes an answer (`http/answer.ts`). Anything else that is thrown is a bug and answers 500 without words.
 * It carries no cause on purpose: a cause could hold Entra's text, a token or an e-mail address.
 */
export class ApiError extends Error {
  readonly code: ApiErrorCode;
  readonly options: ApiErrorOptions;

  constructor(code: ApiErrorCode, options: ApiErrorOptions = {}) {
    super(code);
    this.code = code;
    this.options = options;
  }
}
