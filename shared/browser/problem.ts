import type { ProblemCode } from './problem-code.ts';

/** Why a request to an API or to Entra ID failed. Never contains a token. */
export type Problem = {
  /** The kind of problem. */
  readonly code: ProblemCode;

  /** The HTTP status, or 0 if there was no response. */
  readonly status: number;

  /** The API's explanation of the problem, in one sentence. */
  readonly detail?: string;

  /** The id of the request in the logs of every API, for support. May be empty. */
  readonly correlationId: string;

  /** The claims challenge as JSON. Send it to Entra ID unchanged. */
  readonly claims?: string;

  /** The scopes that the user has not consented to. */
  readonly scopes?: readonly string[];

  /** The seconds to wait before a retry, from `Retry-After`. */
  readonly retryAfter?: number;

  /** Whether the user cancelled at Entra ID. */
  readonly declined?: boolean;
};

/**
 * Thrown when a request to an API or to Entra ID fails.
 *
 * @example
 * ```ts
 * const isMissing = error instanceof ProblemError && error.problem.code === 'not_found';
 * ```
 */
export class ProblemError extends Error {
  /** Why the request failed. */
  readonly problem: Problem;

  /** Creates the error. Its message is the problem's code. */
  constructor(problem: Problem) {
    super(problem.code);
    this.name = 'ProblemError';
    this.problem = problem;
  }
}
