import type { Code } from './problem-words.ts';

/** What MSAL tells of an answer of Entra. */
export interface EntraError {
  readonly errorCode: string;
  readonly subError?: string | undefined;
  /** The AADSTS number, where Entra gave one. */
  readonly errorNo?: string | undefined;
  /** The claims that Entra wants the next request to name. */
  readonly claims?: string | undefined;
  /** MSAL says that only the person can help. */
  readonly needsPerson: boolean;
}

const byNumber: Readonly<Record<string, Code>> = {
  '50057': 'account_disabled',
  '50105': 'not_assigned',
  '53003': 'blocked',
  '65001': 'consent_required',
  '65004': 'consent_required',
  '90094': 'admin_consent_required',
};

const outage =
  /network|post_request_failed|get_request_failed|temporarily_unavailable|server_error|timed_out|openid_config|endpoints_resolution/;

/**
 * The code, and so the words, for an error at the sign-in itself: the same classes as the API's for a refused exchange
 * (https://learn.microsoft.com/entra/identity-platform/reference-error-codes).
 */
export function classifyEntraError({
  errorCode,
  subError,
  errorNo,
  claims,
  needsPerson,
}: EntraError): Code {
  const known = byNumber[errorNo ?? ''];
  if (known) return known;
  if (subError === 'message_only') return 'blocked';
  if (errorCode === 'consent_required' || subError === 'consent_required')
    return 'consent_required';
  if (outage.test(errorCode)) return 'unavailable';
  return needsPerson && claims ? 'step_up_required' : 'sign_in_again';
}
