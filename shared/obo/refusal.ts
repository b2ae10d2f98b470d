import { Denial, type DenialCode, type LogFacts } from '../denial.ts';
import { notAnswering } from '../http/answer.ts';
import type { Refusal } from './network.ts';

/** Seconds to wait where Entra names none, and the most that is passed on where it does. */
const retryAfter = { usual: 5, atMost: 300 };

interface RefusalClass {
  readonly code: DenialCode;
  readonly when: (refusal: Refusal) => boolean;
  /** What a person who reads the log should know. */
  readonly means: string;
  /** For the caller, where the code's own sentence says too little. */
  readonly detail?: string;
}

const hasCode = (refusal: Refusal, ...codes: number[]) => refusal.codes.some((code) => codes.includes(code));
const errorIs = (refusal: Refusal, ...errors: string[]) => errors.includes(refusal.error ?? '');
const suberrorIs = (refusal: Refusal, ...suberrors: string[]) => suberrors.includes(refusal.suberror ?? '');

/** Whether Entra refused this app's own credential: it may have been rotated, so it is read again once. */
export const isCredentialRefused = (refusal: Refusal) =>
  errorIs(refusal, 'invalid_client') &&
  (refusal.codes.length === 0 || hasCode(refusal, 7000215, 7000222, 700027, 700024, 7000214, 1000502, 7000274, 7000277));

/**
 * Every reason for which Entra refuses an exchange, and the answer it becomes: the first that fits. Error, suberror and the presence of
 * claims decide; AADSTS numbers only where those leave it open (https://learn.microsoft.com/entra/identity-platform/reference-error-codes).
 */
export const refusalClasses: readonly RefusalClass[] = [
  {
    code: 'unavailable',
    when: ({ failure }) => failure === 'connect' || failure === 'broken' || failure === 'timeout',
    means: 'Entra cannot be reached or did not answer in time.',
    detail: notAnswering.signIn,
  },
  {
    code: 'bad_gateway',
    when: ({ failure }) => failure !== undefined,
    means: 'The token endpoint gave an answer that is no token answer.',
  },
  {
    code: 'unavailable',
    when: (refusal) =>
      refusal.status === 429 || refusal.status >= 500 || errorIs(refusal, 'temporarily_unavailable') || hasCode(refusal, 90055, 50196),
    means: 'Entra is busy, or throttles this app or user (50196: the client loops).',
    detail: notAnswering.signIn,
  },
  {
    code: 'blocked',
    when: (refusal) => suberrorIs(refusal, 'message_only'),
    means: 'A Conditional Access policy blocks this; the user can do nothing.',
  },
  { code: 'step_up_required', when: ({ claims }) => claims !== undefined, means: 'Conditional Access asks for more of the user.' },
  { code: 'account_disabled', when: (refusal) => hasCode(refusal, 50057), means: 'The account is disabled.' },
  { code: 'not_assigned', when: (refusal) => hasCode(refusal, 50105), means: 'The app requires assignment and the user is not assigned.' },
  {
    code: 'blocked',
    when: (refusal) => suberrorIs(refusal, 'additional_action'),
    means: 'Conditional Access asks for an additional action that signing in did not bring.',
    detail: 'The organisation asks for an additional action of the user, such as a compliant device, that cannot be done from here.',
  },
  { code: 'blocked', when: (refusal) => hasCode(refusal, 53003), means: 'A Conditional Access policy blocks this.' },
  { code: 'admin_consent_required', when: (refusal) => hasCode(refusal, 90094), means: 'An administrator has to consent.' },
  {
    code: 'consent_required',
    when: (refusal) => suberrorIs(refusal, 'consent_required') || hasCode(refusal, 65001, 65004),
    means: 'Nobody has consented to this app calling the downstream API.',
  },
  { code: 'invalid_token', when: (refusal) => hasCode(refusal, 500133), means: 'The assertion is out of its time.' },
  {
    code: 'invalid_token',
    when: (refusal) => hasCode(refusal, 50013),
    means: 'Entra refuses the assertion: a fault of configuration is likely (wrong authority, or a token that is not Entra’s).',
  },
  {
    code: 'unexpected',
    when: (refusal) =>
      errorIs(refusal, 'invalid_scope', 'invalid_resource', 'unauthorized_client') ||
      hasCode(refusal, 500131, 700016, 700022, 7000114, 500011, 70011),
    means: 'This app is configured wrongly: its id, its tenant, the scope it asks for or the audience of the token it exchanges.',
  },
  {
    code: 'unavailable',
    when: (refusal) => errorIs(refusal, 'invalid_client'),
    means: 'Entra refuses this app’s credential, also after it was read again.',
  },
  {
    code: 'sign_in_again',
    when: (refusal) => errorIs(refusal, 'interaction_required', 'login_required', 'invalid_grant'),
    means: 'The user’s session or sign-in no longer counts.',
  },
  { code: 'bad_gateway', when: () => true, means: 'Entra refused in a way that is not known.' },
];

/**
 * What a refusal becomes: the class decides, Entra's own text reaches nobody, its claims reach the caller whole.
 * @param scopes the downstream scopes that were asked for, named where consent to them is missing
 */
export function denialOf(refusal: Refusal, scopes: readonly string[]): Denial {
  const { code, means, detail } = refusalClasses.find(({ when }) => when(refusal)) as RefusalClass;
  const expired = hasCode(refusal, 500133);
  return new Denial(code, {
    facts: factsOf(refusal, means),
    ...(detail === undefined ? {} : { detail }),
    ...(code === 'invalid_token' ? { detail: `The access token is ${expired ? 'expired' : 'invalid'}.` } : {}),
    ...(code === 'step_up_required' && refusal.claims ? { claims: refusal.claims } : {}),
    ...(code === 'consent_required' || code === 'admin_consent_required' ? { scopes } : {}),
    ...(code === 'unavailable' ? { retryAfter: Math.min(refusal.retryAfter ?? retryAfter.usual, retryAfter.atMost) } : {}),
  });
}

const factsOf = ({ status, error, suberror, codes, traceId, correlationId, failure }: Refusal, means: string): LogFacts => ({
  check: 'exchange',
  means,
  ...(failure === undefined ? { entraStatus: status } : { failure }),
  ...wordOf('entraError', error),
  ...wordOf('entraSuberror', suberror),
  ...(codes.length > 0 ? { aadsts: codes } : {}),
  ...(traceId ? { entraTraceId: traceId } : {}),
  ...(correlationId ? { entraCorrelationId: correlationId } : {}),
});

/** OAuth's words and nothing else: the log takes no free text from outside. */
const wordOf = (name: string, text: string | undefined): LogFacts =>
  text === undefined ? {} : { [name]: /^[a-z_]{1,64}$/.test(text) ? text : 'not a word' };
