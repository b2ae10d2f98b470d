/** Every reason this product gives for not doing what was asked; the `code` of the problem body. A closed set: the Client App has words for each. */
export type DenialCode =
  | 'invalid_request'
  | 'invalid_token'
  | 'insufficient_scope'
  | 'step_up_required'
  | 'consent_required'
  | 'admin_consent_required'
  | 'sign_in_again'
  | 'blocked'
  | 'account_disabled'
  | 'not_assigned'
  | 'caller_not_allowed'
  | 'forbidden'
  | 'not_found'
  | 'conflict'
  | 'precondition_required'
  | 'bad_request'
  | 'unsupported_media_type'
  | 'length_required'
  | 'too_large'
  | 'unavailable'
  | 'bad_gateway'
  | 'timeout'
  | 'unexpected';

/** What the log may say of a denial and the caller may not: names of checks, codes, counts. Never a token, a secret or a personal datum. */
export type LogFacts = Readonly<Record<string, string | number | boolean | readonly (string | number)[] | undefined>>;

/** What a denial tells beyond its code. All of it but `facts` is meant for the caller. */
export interface DenialOptions {
  /** A sentence that is safe for the caller; the code's own sentence where absent. */
  readonly detail?: string;
  /** `step_up_required`: the claims to ask Entra for, a JSON object with a top-level `access_token`. */
  readonly claims?: object;
  /** `insufficient_scope`, `consent_required`: the scopes that are missing. */
  readonly scopes?: readonly string[];
  /** `unavailable`: seconds after which a retry makes sense. */
  readonly retryAfter?: number;
  /** No credentials were sent at all, so the challenge names no error (RFC 6750 §3.1). */
  readonly bare?: boolean;
  readonly facts?: LogFacts;
}

/**
 * The one error that becomes an answer (`http/answer.ts`). Anything else that is thrown is a bug and answers 500 without words.
 * It carries no cause on purpose: a cause could hold Entra's text, a token or an e-mail address.
 */
export class Denial extends Error {
  readonly code: DenialCode;
  readonly options: DenialOptions;

  constructor(code: DenialCode, options: DenialOptions = {}) {
    super(code);
    this.name = 'Denial';
    this.code = code;
    this.options = options;
  }
}

/** The same denial with more for the log. */
export function withFacts(denial: Denial, facts: LogFacts): Denial {
  return new Denial(denial.code, { ...denial.options, facts: { ...denial.options.facts, ...facts } });
}
