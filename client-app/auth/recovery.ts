import type { Problem } from './problem.ts';
import type { ProblemCode } from './problem-messages.ts';
import { allScopes } from './scopes.ts';

/** A token request that Entra may answer with a page for the user. */
export interface InteractiveRequest {
  /** Full scopes, or names alone for scopes of Original API. */
  readonly scopes: readonly string[];
  /** A claims challenge, as plain JSON. */
  readonly claims?: string;
  /** Shows the consent page, even to a user who has consented before. */
  readonly prompt?: 'consent';
}

const consentCodes: readonly ProblemCode[] = ['consent_required', 'insufficient_scope'];
const signInCodes: readonly ProblemCode[] = ['sign_in_again', 'invalid_token'];
const outageCodes: readonly ProblemCode[] = ['unavailable', 'timeout', 'unreachable'];

/** Seconds. */
const firstRetryDelay = 5;
/** Seconds. */
const maxRetryDelay = 60;

/** Whether the user can solve the problem at Entra. */
export function requiresInteraction({ code }: Problem): boolean {
  return code === 'step_up_required' || consentCodes.includes(code) || signInCodes.includes(code);
}

/** Whether the problem may end without the user, so that a later retry can succeed. */
export function isOutage({ code }: Problem): boolean {
  return outageCodes.includes(code);
}

/** Whether a new token A, acquired without the user, may solve the problem. */
export function canRenewSilently({ code }: Problem): boolean {
  return code === 'step_up_required' || signInCodes.includes(code);
}

/**
 * Creates the request to Entra that can solve the problem.
 *
 * A missing permission needs `.default` of Original API: its consent page lists the permissions of
 * this app and those of the APIs behind Original API (combined consent:
 * https://learn.microsoft.com/entra/identity-platform/v2-oauth2-on-behalf-of-flow). Without
 * `prompt`, Entra shows no page to a user who has consented to this app only.
 */
export function createInteractiveRequest(
  problem: Problem,
  originalApiId: string,
): InteractiveRequest {
  if (consentCodes.includes(problem.code))
    return { scopes: [`${originalApiId}/.default`], prompt: 'consent' };
  if (problem.claims === undefined) return { scopes: allScopes };
  return { scopes: allScopes, claims: problem.claims };
}

/**
 * The wait before a retry: exponential backoff, limited to one minute.
 * @param retries the number of retries so far
 * @param retryAfter the seconds that the service asked for
 * @returns seconds until the next retry
 */
export function retryDelay(retries: number, retryAfter: number | undefined): number {
  const backoff = firstRetryDelay * 2 ** retries;
  return Math.min(maxRetryDelay, Math.max(retryAfter ?? 0, backoff));
}
