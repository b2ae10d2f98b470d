import * as v from 'valibot';
import { readClaimsChallenge } from '../../shared/http/read-challenge.ts';
import { isCode, type ProblemCode } from './problem-messages.ts';

/** Why a request failed. Never contains a token. */
export interface Problem {
  /** The kind of problem. */
  readonly code: ProblemCode;
  /** The HTTP status, or 0 without a response. */
  readonly status: number;
  /** What is wrong with the input, in a sentence of the API. */
  readonly detail?: string;
  /** The id of the request in the logs of all APIs, for support. */
  readonly correlationId: string;
  /** The claims challenge as plain JSON, to be sent to Entra unchanged. */
  readonly claims?: string;
  /** The scopes that need the user's consent. */
  readonly scopes?: readonly string[];
  /** Seconds to wait before a retry, from `Retry-After`. */
  readonly retryAfter?: number;
  /** Whether the user cancelled at Entra. */
  readonly declined?: boolean;
}

/** Thrown when a request to Original API or to Entra fails. */
export class ProblemError extends Error {
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(problem.code);
    this.name = 'ProblemError';
    this.problem = problem;
  }
}

/** A list of scopes, or scopes separated by spaces. */
const scopes = v.union([
  v.array(v.string()),
  v.pipe(
    v.string(),
    v.transform((list) => list.split(' ')),
  ),
]);
/** A claims challenge for an access token, which is serialized for Entra. */
const claims = v.pipe(
  v.looseObject({ access_token: v.looseObject({}) }),
  v.transform(JSON.stringify),
);
/** The members of an RFC 9457 problem that this app uses. An invalid member is ignored. */
const problemDetails = v.object({
  code: v.fallback(v.optional(v.string()), undefined),
  detail: v.fallback(v.optional(v.string()), undefined),
  correlationId: v.fallback(v.optional(v.string()), undefined),
  claims: v.fallback(v.optional(claims), undefined),
  scopes: v.fallback(v.optional(scopes), undefined),
});

/** The code of a response that carries none, such as the response of a gateway. */
const codesByStatus: Readonly<Record<number, ProblemCode>> = {
  400: 'bad_request',
  401: 'sign_in_again',
  403: 'forbidden',
  404: 'not_found',
  409: 'state_conflict',
  411: 'length_required',
  412: 'conflict',
  413: 'too_large',
  415: 'unsupported_media_type',
  422: 'unprocessable',
  428: 'precondition_required',
  429: 'unavailable',
  502: 'bad_gateway',
  503: 'unavailable',
  504: 'timeout',
};

/** Seconds. A shorter `Retry-After` would not be visible to the user. */
const minRetryAfter = 1;
/** Seconds. A user does not wait longer. */
const maxRetryAfter = 300;

/**
 * Reads an error response. The APIs send RFC 9457 problem details; a gateway or the host may send
 * any body or none, and then the challenge and the status decide. The claims of the challenge take
 * precedence over those of the body, which carries them alone when they are too long for a header.
 * @param requestId the correlation id of the request, for a response without one
 */
export async function readProblem(response: Response, requestId: string): Promise<Problem> {
  const details = await readDetails(response);
  const challenge = readChallenge(response);
  const claims = readClaims(response, details, challenge);
  const retryAfter = readRetryAfter(response.headers.get('retry-after'));
  const fallbackCode = challenge
    ? 'step_up_required'
    : (codesByStatus[response.status] ?? 'unexpected');
  return {
    code: isCode(details.code) ? details.code : fallbackCode,
    status: response.status,
    correlationId: details.correlationId ?? requestId,
    ...(details.detail !== undefined && { detail: details.detail }),
    ...(claims !== undefined && { claims }),
    ...(details.scopes !== undefined && { scopes: details.scopes }),
    ...(retryAfter !== undefined && { retryAfter }),
  };
}

type ProblemDetails = Partial<v.InferOutput<typeof problemDetails>>;

async function readDetails(response: Response): Promise<ProblemDetails> {
  let body: unknown;
  try {
    body = await response.json();
  } catch {
    return {};
  }
  const result = v.safeParse(problemDetails, body);
  return result.success ? result.output : {};
}

function readChallenge(response: Response): object | undefined {
  if (response.status !== 401) return undefined;
  return readClaimsChallenge(response.headers.get('www-authenticate') ?? '');
}

function readClaims(
  response: Response,
  details: ProblemDetails,
  challenge: object | undefined,
): string | undefined {
  if (challenge) return JSON.stringify(challenge);
  const isStepUp = response.status === 401 && details.code === 'step_up_required';
  return isStepUp ? details.claims : undefined;
}

/**
 * Reads `Retry-After`: seconds or an HTTP date (RFC 9110, section 10.2.3).
 * @returns seconds from 1 to 300, or `undefined` for another value
 */
export function readRetryAfter(value: string | null, now: number = Date.now()): number | undefined {
  const text = value?.trim() ?? '';
  if (text === '') return undefined;
  const seconds = /^\d+$/.test(text) ? Number(text) : Math.ceil((Date.parse(text) - now) / 1000);
  if (!Number.isFinite(seconds)) return undefined;
  return Math.min(maxRetryAfter, Math.max(minRetryAfter, seconds));
}
