import type { Denial, DenialCode } from '../denial.ts';
import { challengeOf, type Realm } from './challenge.ts';

/** What a handler answers: 200 unless it says otherwise. */
export interface Answer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly json?: unknown;
}

/** What goes out. */
export interface WrittenAnswer {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly body?: string;
}

/** Which service is not answering, for the `detail` of `unavailable`. */
export const notAnswering = {
  signIn: 'The sign-in service is not answering. Try again later.',
  downstream: 'The downstream service is not answering. Try again later.',
} as const;

/** Status and words of every code: the one place that knows them. */
export const answers: Readonly<Record<DenialCode, { readonly status: number; readonly title: string; readonly detail: string }>> = {
  invalid_request: { status: 400, title: 'Bad credentials', detail: 'The request carries its credentials in a form that is not accepted.' },
  invalid_token: { status: 401, title: 'Sign-in needed', detail: 'The access token is invalid.' },
  insufficient_scope: { status: 403, title: 'Scope missing', detail: 'The access token lacks a scope that this needs.' },
  step_up_required: { status: 401, title: 'One more check', detail: 'The organisation asks for one more check of the user before this.' },
  consent_required: { status: 403, title: 'Permission needed', detail: 'The user has not yet allowed the app to do this.' },
  admin_consent_required: {
    status: 403,
    title: 'Permission of an administrator needed',
    detail: 'An administrator has to allow the app to do this.',
  },
  sign_in_again: { status: 401, title: 'Sign-in needed again', detail: 'The sign-in is no longer valid.' },
  blocked: { status: 403, title: 'Blocked', detail: 'The organisation does not allow this from here.' },
  account_disabled: { status: 403, title: 'Account disabled', detail: 'The account cannot be used.' },
  not_assigned: { status: 403, title: 'Not assigned', detail: 'The account may not use this app.' },
  caller_not_allowed: { status: 403, title: 'App not allowed', detail: 'The calling app may not use this API.' },
  forbidden: { status: 403, title: 'Not allowed', detail: 'The user may not do this.' },
  not_found: { status: 404, title: 'Not found', detail: 'There is no such thing, or it is not shared with the user.' },
  conflict: { status: 412, title: 'Changed meanwhile', detail: 'Somebody saved a newer version.' },
  precondition_required: {
    status: 428,
    title: 'Precondition needed',
    detail: 'Send If-Match with the ETag you have read, or If-None-Match: * to create.',
  },
  bad_request: { status: 400, title: 'Bad request', detail: 'The request is not one that this API understands.' },
  unsupported_media_type: { status: 415, title: 'JSON only', detail: 'Send the body as application/json, not compressed.' },
  length_required: { status: 411, title: 'Length needed', detail: 'Send the body with a Content-Length, not chunked.' },
  too_large: { status: 413, title: 'Too large', detail: 'The body is over 1 MiB.' },
  unavailable: { status: 503, title: 'Not available', detail: 'A service that this needs is not answering. Try again later.' },
  bad_gateway: { status: 502, title: 'Bad answer', detail: 'A service that this needs gave an answer that cannot be used.' },
  timeout: { status: 504, title: 'Too slow', detail: 'A service that this needs took too long.' },
  unexpected: { status: 500, title: 'Unexpected', detail: 'Something went wrong here.' },
};

export const writeAnswer = ({ status = 200, headers = {}, json }: Answer): WrittenAnswer =>
  json === undefined ? { status, headers: { ...headers } } : withBody(status, headers, 'application/json', json);

/** A denial as problem+json (RFC 9457) with its challenge (RFC 6750 §3). */
export function writeDenial(denial: Denial, realm: Realm, correlationId: string): WrittenAnswer {
  const { code, options } = denial;
  const { status, title, detail } = answers[code];
  const challenge = challengeOf(denial, realm);
  const headers = {
    ...(challenge === undefined ? {} : { 'www-authenticate': challenge }),
    ...(code === 'unavailable' ? { 'retry-after': String(options.retryAfter ?? 5) } : {}),
  };
  return withBody(status, headers, 'application/problem+json', {
    type: `urn:zero-trust-api-chain:${code}`,
    title,
    status,
    code,
    detail: options.detail ?? detail,
    correlationId,
    ...(options.claims ? { claims: options.claims } : {}),
    ...(options.scopes ? { scopes: options.scopes } : {}),
  });
}

/** The length is stated, so that the host does not send the body in chunks. */
function withBody(status: number, headers: Readonly<Record<string, string>>, type: string, json: unknown): WrittenAnswer {
  const body = JSON.stringify(json);
  return { status, headers: { ...headers, 'content-type': type, 'content-length': String(Buffer.byteLength(body)) }, body };
}
