import * as v from 'valibot';
import { readClaimsChallenge } from '../../shared/http/read-challenge.ts';
import { type Code, isCode } from './problem-words.ts';

/** Why a call did not succeed, as far as a person or a next step needs it. Never holds a token. */
export interface Problem {
  readonly code: Code;
  /** HTTP status; 0 when no answer came. */
  readonly status: number;
  /** What exactly was wrong with the input, in the API's words. */
  readonly detail?: string;
  readonly correlationId: string;
  /** The claims challenge as plain JSON, to be passed to Entra as it is. */
  readonly claims?: string;
  /** Scopes the person has to allow. */
  readonly scopes?: readonly string[];
  /** Seconds to wait, from Retry-After. */
  readonly retryAfter?: number;
  /** The person was asked, and turned back. */
  readonly declined?: boolean;
}

/** Thrown by every call of the API that did not succeed. */
export class Refusal extends Error {
  readonly problem: Problem;
  constructor(problem: Problem) {
    super(problem.code);
    this.name = 'Refusal';
    this.problem = problem;
  }
}

const scopes = v.union([
  v.array(v.string()),
  v.pipe(
    v.string(),
    v.transform((list) => list.split(' ')),
  ),
]);
/** A claims challenge as the body has it; one too long for a header is there alone. */
const claims = v.pipe(
  v.looseObject({ access_token: v.looseObject({}) }),
  v.transform(JSON.stringify),
);
const body = v.object({
  code: v.fallback(v.optional(v.string()), undefined),
  detail: v.fallback(v.optional(v.string()), undefined),
  correlationId: v.fallback(v.optional(v.string()), undefined),
  claims: v.fallback(v.optional(claims), undefined),
  scopes: v.fallback(v.optional(scopes), undefined),
});

const byStatus: Readonly<Record<number, Code>> = {
  400: 'bad_request',
  401: 'sign_in_again',
  403: 'forbidden',
  404: 'not_found',
  411: 'length_required',
  412: 'conflict',
  413: 'too_large',
  415: 'unsupported_media_type',
  428: 'precondition_required',
  429: 'unavailable',
  502: 'bad_gateway',
  503: 'unavailable',
  504: 'timeout',
};

/**
 * Reads an answer that is no success. The body is RFC 9457 problem+json when our API wrote it; a gateway or the host may
 * answer with anything or nothing, and then the challenge and the status decide. The challenge's claims count before the body's, which
 * count in our API's own step-up alone.
 * @param sent the correlation id that the request carried, for answers that name none
 */
export async function readProblem(response: Response, sent: string): Promise<Problem> {
  const json: unknown = await response.json().catch(() => undefined);
  const read = v.safeParse(body, json);
  const given = read.success ? read.output : {};
  const retryAfter = readRetryAfter(response.headers.get('retry-after'));
  const challenge =
    response.status === 401
      ? readClaimsChallenge(response.headers.get('www-authenticate') ?? '')
      : undefined;
  const inBody =
    response.status === 401 && given.code === 'step_up_required' ? given.claims : undefined;
  const claims = challenge ? JSON.stringify(challenge) : inBody;
  const byAnswer = challenge ? 'step_up_required' : (byStatus[response.status] ?? 'unexpected');
  return {
    code: isCode(given.code) ? given.code : byAnswer,
    status: response.status,
    correlationId: given.correlationId ?? sent,
    ...(given.detail !== undefined && { detail: given.detail }),
    ...(claims !== undefined && { claims }),
    ...(given.scopes !== undefined && { scopes: given.scopes }),
    ...(retryAfter !== undefined && { retryAfter }),
  };
}

/** Retry-After in seconds or as an HTTP date (RFC 9110 §10.2.3), between 1 and 300; undefined when it is neither. */
export function readRetryAfter(value: string | null, now: number = Date.now()): number | undefined {
  if (value === null || value.trim() === '') return undefined;
  const seconds = /^\d+$/.test(value.trim())
    ? Number(value)
    : Math.ceil((Date.parse(value) - now) / 1000);
  return Number.isFinite(seconds) ? Math.min(300, Math.max(1, seconds)) : undefined;
}
