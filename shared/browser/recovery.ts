import type { Problem } from './problem.ts';
import type { ProblemCode } from './problem-code.ts';

/** What an app requests from Entra ID. */
export type AppScopes = {
  /** Every scope of the API that the app uses: `api://<client id>/Orders.Read`. */
  readonly scopes: readonly string[];

  /** The scope that leads to the combined consent page: `api://<client id>/.default`. */
  readonly consentScope: string;
};

/** A token request that Entra ID may answer with a page for the user. */
export type InteractiveRequest = {
  /** The requested scopes. */
  readonly scopes: readonly string[];

  /** A claims challenge, as JSON. */
  readonly claims?: string;

  /** Shows the consent page, even to a user who has consented before. */
  readonly prompt?: 'consent';
};

const consentCodes: readonly ProblemCode[] = ['consent_required', 'insufficient_scope'];
const signInCodes: readonly ProblemCode[] = ['sign_in_again', 'invalid_token'];
const outageCodes: readonly ProblemCode[] = ['unavailable', 'timeout', 'unreachable'];

/** Seconds before the first retry. */
const firstRetryDelay = 5;

/** The most seconds before a retry. */
const maxRetryDelay = 60;

/**
 * Whether the user can solve the problem at Entra ID: by a further check, a consent or a sign-in.
 *
 * @example
 * ```ts
 * if (requiresInteraction(error.problem)) showDialog(error.problem);
 * ```
 */
export function requiresInteraction({ code }: Problem): boolean {
  return code === 'step_up_required' || consentCodes.includes(code) || signInCodes.includes(code);
}

/**
 * Whether the problem may end by itself, so that a later retry can succeed.
 *
 * @example
 * ```ts
 * if (isOutage(problem)) setTimeout(retry, retryDelay(0, problem.retryAfter) * 1_000);
 * ```
 */
export function isOutage({ code }: Problem): boolean {
  return outageCodes.includes(code);
}

/**
 * Whether a new access token, acquired without the user, may solve the problem.
 *
 * @example
 * ```ts
 * if (canRenewSilently(problem)) token = await acquireToken({ claims: problem.claims });
 * ```
 */
export function canRenewSilently({ code }: Problem): boolean {
  return code === 'step_up_required' || signInCodes.includes(code);
}

/**
 * Creates the request to Entra ID that can solve the problem.
 *
 * A missing permission needs the scope `.default`: its consent page lists the permissions of the
 * app and those of the APIs behind the called API (combined consent,
 * https://learn.microsoft.com/entra/identity-platform/v2-oauth2-on-behalf-of-flow). Without
 * `prompt`, Entra ID shows no page to a user who has consented to the app only.
 *
 * @example
 * ```ts
 * const request = createInteractiveRequest(problem, {
 *   scopes: ['api://a11ce000-0000-4000-8000-000000000001/Orders.Read'],
 *   consentScope: 'api://a11ce000-0000-4000-8000-000000000001/.default',
 * });
 * ```
 */
export function createInteractiveRequest(
  { code, claims }: Problem,
  { scopes, consentScope }: AppScopes,
): InteractiveRequest {
  if (consentCodes.includes(code)) return { scopes: [consentScope], prompt: 'consent' };
  return { scopes, ...(claims !== undefined && { claims }) };
}

/**
 * The wait before a retry: exponential backoff, at most one minute.
 *
 * @param retries the number of retries so far
 * @param retryAfter the seconds that the service asked for
 * @returns seconds until the next retry
 *
 * @example
 * ```ts
 * retryDelay(0, undefined); // 5
 * retryDelay(3, undefined); // 40
 * ```
 */
export function retryDelay(retries: number, retryAfter: number | undefined): number {
  const backoff = firstRetryDelay * 2 ** retries;
  return Math.min(maxRetryDelay, Math.max(retryAfter ?? 0, backoff));
}
