import { asClaims, readChallenges, readClaimsChallenge } from '../http/read-challenge.ts';
import { isNonEmptyString, type JsonObject, readJsonObject } from '../json.ts';
import type { Problem } from './problem.ts';
import { isProblemCode, type ProblemCode } from './problem-code.ts';
import { readRetryAfter } from './retry-after.ts';

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

/** What a `WWW-Authenticate` header says about a refusal. */
type Refusal = Pick<Problem, 'code' | 'claims' | 'scopes'>;

/**
 * Reads an error response.
 *
 * The APIs of this module send RFC 9457 problem details. For a response without them, such as that
 * of a gateway or of another API, the `WWW-Authenticate` header and the status decide. The claims
 * of the header take precedence over those of the body, which carries claims that are too long for
 * a header.
 *
 * @param requestId the correlation id of the request, for a response that carries none
 *
 * @example
 * ```ts
 * const response = await fetch('/api/orders', { headers: { authorization } });
 * if (!response.ok) throw new ProblemError(await readProblem(response));
 * ```
 */
export async function readProblem(response: Response, requestId = ''): Promise<Problem> {
  const { status, headers } = response;
  const details = await readDetails(response);
  const refusal = readRefusal(status, headers.get('www-authenticate') ?? '');
  const code = isProblemCode(details.code)
    ? details.code
    : (refusal?.code ?? codesByStatus[status] ?? 'unexpected');
  const isStepUp = status === 401 && code === 'step_up_required';
  const claims = refusal?.claims ?? (isStepUp ? stringifyClaims(details.claims) : undefined);
  const scopes = readScopes(details.scopes) ?? refusal?.scopes;
  const correlationId = readText(details.correlationId);
  const detail = readText(details.detail);
  const retryAfter = readRetryAfter(headers.get('retry-after'), Date.now());
  return {
    code,
    status,
    correlationId: correlationId ?? headers.get('x-correlation-id') ?? requestId,
    ...(detail !== undefined && { detail }),
    ...(claims !== undefined && { claims }),
    ...(scopes && { scopes }),
    ...(retryAfter !== undefined && { retryAfter }),
  };
}

/** Returns an empty object for a body that is missing, incomplete or not a JSON object. */
async function readDetails(response: Response): Promise<JsonObject> {
  try {
    return readJsonObject(new Uint8Array(await response.arrayBuffer())) ?? {};
  } catch {
    return {};
  }
}

/** Reads a claims challenge of a 401 response, and a missing permission of a 403 response. */
function readRefusal(status: number, header: string): Refusal | undefined {
  if (status === 401) {
    const claims = readClaimsChallenge(header);
    return claims && { code: 'step_up_required', claims: JSON.stringify(claims) };
  }
  return status === 403 ? readPermissionChallenge(header) : undefined;
}

/**
 * Reads the challenge for a missing scope (RFC 6750 §3.1), or the one for a missing consent that
 * Microsoft.Identity.Web and this module send.
 */
function readPermissionChallenge(header: string): Refusal | undefined {
  for (const { scheme, parameters } of readChallenges(header)) {
    if (scheme !== 'bearer') continue;
    if (parameters.get('proposedaction')?.toLowerCase() === 'consent')
      return describeRefusal('consent_required', parameters.get('scopes'));
    if (parameters.get('error') === 'insufficient_scope')
      return describeRefusal('insufficient_scope', parameters.get('scope'));
  }
  return undefined;
}

function describeRefusal(code: ProblemCode, list: string | undefined): Refusal {
  const scopes = readScopes(list);
  return { code, ...(scopes && { scopes }) };
}

function stringifyClaims(value: unknown): string | undefined {
  const claims = asClaims(value);
  return claims && JSON.stringify(claims);
}

/** Reads a list of scopes, or scopes separated by spaces. */
function readScopes(value: unknown): readonly string[] | undefined {
  const list = typeof value === 'string' ? value.split(' ') : value;
  if (!Array.isArray(list) || !list.every((scope) => typeof scope === 'string')) return undefined;
  const scopes = list.filter((scope) => scope !== '');
  return scopes.length > 0 ? scopes : undefined;
}

const readText = (value: unknown) => (isNonEmptyString(value) ? value : undefined);
