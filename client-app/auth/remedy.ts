import { allScopes } from '../api.ts';
import type { Problem } from './problem.ts';
import type { Code } from './problem-words.ts';

/** What a request to Entra, with the person at the screen, asks for. */
export interface Needs {
  readonly scopes: readonly string[];
  /** A claims challenge, as plain JSON. */
  readonly claims?: string;
  readonly prompt?: 'consent';
}

const consents: readonly Code[] = ['consent_required', 'insufficient_scope'];
const signIns: readonly Code[] = ['sign_in_again', 'invalid_token'];
const outages: readonly Code[] = ['unavailable', 'timeout', 'unreachable'];

/** Whether the person can help, once, by going to Entra. */
export const needsPerson = ({ code }: Problem): boolean =>
  code === 'step_up_required' || consents.includes(code) || signIns.includes(code);

/** Whether waiting helps. */
export const isOutage = ({ code }: Problem): boolean => outages.includes(code);

/** Whether a new token A, asked for without the person, may be all that is wanted. */
export const mayRenew = ({ code }: Problem): boolean =>
  code === 'step_up_required' || signIns.includes(code);

/**
 * What to ask Entra for. A missing permission is asked for as `.default` of Original, which names everything that this app and the APIs
 * behind Original need, in one page (combined consent: https://learn.microsoft.com/entra/identity-platform/v2-oauth2-on-behalf-of-flow);
 * without the prompt, Entra would show no page to somebody who has allowed this app but not yet what is behind it.
 */
export function needsOf(problem: Problem, originalApiId: string): Needs {
  if (consents.includes(problem.code))
    return { scopes: [`${originalApiId}/.default`], prompt: 'consent' };
  return { scopes: allScopes, ...(problem.claims !== undefined && { claims: problem.claims }) };
}

/** Seconds before try number `tries` (from 0): doubled each time, never sooner than the service asked for, and never over a minute. */
export function waitBefore(tries: number, retryAfter: number | undefined): number {
  return Math.min(60, Math.max(retryAfter ?? 0, 5 * 2 ** Math.min(tries, 6)));
}
