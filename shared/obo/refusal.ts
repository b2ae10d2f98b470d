import { ApiError, type ApiErrorCode, notAnswering } from '../api-error.ts';
import type { Refusal } from './network.ts';

type Words = readonly string[];

/** Refusals with any of these signs. */
type Signs = {
  readonly error?: Words;
  readonly suberror?: Words;
  readonly aadsts?: readonly number[];
  readonly when?: (refusal: Refusal) => boolean;
};

/** What they become: an answer, what a person who reads the log should know, and words for the caller where the code's own say too little. */
type RefusalClass = Signs & {
  readonly code: ApiErrorCode;
  readonly means: string;
  readonly detail?: string;
};

const isUnreachable = ({ failure }: Refusal) =>
  ['connect', 'broken', 'timeout'].includes(String(failure));

/**
 * Every reason for which Entra refuses an exchange, and the answer it becomes: the first that fits. Error, suberror and the presence of
 * claims decide; AADSTS numbers only where those leave it open (https://learn.microsoft.com/entra/identity-platform/reference-error-codes).
 */
export const refusalClasses: readonly RefusalClass[] = [
  {
    code: 'unavailable',
    when: isUnreachable,
    means: 'Entra cannot be reached or did not answer in time.',
  },
  {
    code: 'bad_gateway',
    when: ({ failure }) => failure !== undefined,
    means: 'The token endpoint gave no answer of its own kind.',
  },
  {
    code: 'unavailable',
    when: ({ status = 0 }) => status === 429 || status >= 500,
    means: 'Entra is busy, or throttles this.',
  },
  {
    code: 'unavailable',
    error: ['temporarily_unavailable'],
    aadsts: [90055],
    means: 'Entra is busy.',
  },
  {
    code: 'unavailable',
    aadsts: [50196],
    means: 'Entra throttles this app and user: the client loops.',
  },
  {
    code: 'blocked',
    suberror: ['message_only'],
    means: 'A Conditional Access policy blocks this; the user can do nothing.',
  },
  {
    code: 'step_up_required',
    when: ({ claims }) => claims !== undefined,
    means: 'Conditional Access asks for more of the user.',
  },
  { code: 'account_disabled', aadsts: [50057], means: 'The account is disabled.' },
  {
    code: 'not_assigned',
    aadsts: [50105],
    means: 'The app requires assignment and the user is not assigned.',
  },
  {
    code: 'blocked',
    suberror: ['additional_action'],
    means: 'Conditional Access asks for an additional action that signing in did not bring.',
    detail:
      'The organisation asks for an additional action of the user, such as a compliant device, that cannot be done from here.',
  },
  { code: 'blocked', aadsts: [53003], means: 'A Conditional Access policy blocks this.' },
  { code: 'admin_consent_required', aadsts: [90094], means: 'An administrator has to consent.' },
  {
    code: 'consent_required',
    suberror: ['consent_required'],
    aadsts: [65001, 65004],
    means: 'Consent to the call downstream is missing.',
  },
  {
    code: 'invalid_token',
    aadsts: [500133],
    means: 'The assertion is out of its time.',
    detail: 'The access token is expired.',
  },
  {
    code: 'invalid_token',
    aadsts: [50013],
    means: 'Entra refuses the assertion: another authority’s, or a key was withdrawn.',
  },
  {
    code: 'unexpected',
    error: ['invalid_scope', 'invalid_resource', 'unauthorized_client'],
    aadsts: [500131, 700016, 700022, 7000114, 500011, 70011],
    means:
      'This app is configured wrongly: its id, its tenant, the scope it asks for or the audience of the token it exchanges.',
  },
  {
    code: 'unavailable',
    error: ['invalid_client'],
    means: 'Entra refuses this app’s credential, also after it was read again.',
  },
  {
    code: 'sign_in_again',
    error: ['interaction_required', 'login_required', 'invalid_grant'],
    means: 'The sign-in no longer counts.',
  },
  { code: 'bad_gateway', when: () => true, means: 'Entra refused in a way that is not known.' },
];

function fits({ error, suberror, aadsts, when }: Signs, refusal: Refusal): boolean {
  const isNamed =
    error?.includes(refusal.error ?? '') || suberror?.includes(refusal.suberror ?? '');
  return (
    isNamed || refusal.codes?.some((code) => aadsts?.includes(code)) || when?.(refusal) || false
  );
}

const secretRefused = [7000215, 7000222, 700027, 700024, 7000214, 1000502, 7000274, 7000277];

/** Whether Entra refused this app's own credential: it may have been rotated, so it is read again once. */
export const isCredentialRefused = ({ error, codes = [] }: Refusal) =>
  error === 'invalid_client' &&
  (codes.length === 0 || codes.some((code) => secretRefused.includes(code)));

/**
 * What a refusal becomes: the class decides, Entra's own text reaches nobody, its claims reach the caller whole.
 * @param scopes the downstream scopes that were asked for, named where consent to them is missing
 */
export function apiErrorOf(refusal: Refusal, scopes: readonly string[]): ApiError {
  const { status, error, suberror, codes, claims, failure } = refusal;
  const { code, means, detail } = refusalClasses.find((each) =>
    fits(each, refusal),
  ) as RefusalClass;
  const said = {
    entraError: word(error),
    entraSuberror: word(suberror),
    aadsts: codes?.length ? codes : undefined,
  };
  const trail = { entraTraceId: refusal.traceId, entraCorrelationId: refusal.correlationId };
  const isAbsent = code === 'unavailable' && error !== 'invalid_client';
  const asksForConsent = code === 'consent_required' || code === 'admin_consent_required';
  return new ApiError(code, {
    detail: isAbsent ? notAnswering('sign-in') : detail,
    claims: code === 'step_up_required' ? claims : undefined,
    scopes: asksForConsent ? scopes : undefined,
    retryAfter: refusal.retryAfter ?? 5,
    logContext: { check: 'exchange', means, failure, entraStatus: status, ...said, ...trail },
  });
}

/** OAuth's words and nothing else: the log takes no free text from outside. */
const word = (text: string | undefined) =>
  text === undefined || /^[a-z_]{1,64}$/.test(text) ? text : 'not a word';
