/** The problem codes of the APIs, and `unreachable`, which only a client can detect. */
const problemCodes = [
  'invalid_request',
  'invalid_token',
  'insufficient_scope',
  'step_up_required',
  'consent_required',
  'admin_consent_required',
  'sign_in_again',
  'blocked',
  'account_disabled',
  'not_assigned',
  'caller_not_allowed',
  'forbidden',
  'not_found',
  'conflict',
  'state_conflict',
  'precondition_required',
  'bad_request',
  'unsupported_media_type',
  'unprocessable',
  'length_required',
  'too_large',
  'unavailable',
  'bad_gateway',
  'timeout',
  'unexpected',
  'unreachable',
] as const;

/** A problem code of the APIs, or `unreachable`. */
export type ProblemCode = (typeof problemCodes)[number];

const knownCodes: ReadonlySet<unknown> = new Set(problemCodes);

/**
 * Whether the value is a known problem code.
 *
 * @example
 * ```ts
 * isProblemCode('consent_required'); // true
 * ```
 */
export const isProblemCode = (value: unknown): value is ProblemCode => knownCodes.has(value);
