import type { ApiErrorCode } from '../../shared/api-error.ts';

/** For a developer: how it comes to each answer, and where to look. The answer's own status and sentence are in shared/http/response.ts. */
export const codeWords: Readonly<
  Record<ApiErrorCode, { readonly means: string; readonly look: string }>
> = {
  invalid_request: {
    means:
      'The Authorization header is malformed or holds two tokens, or a token came in the URL as well.',
    look: 'Send exactly one `Authorization: Bearer <token>`, and nothing in the query.',
  },
  invalid_token: {
    means:
      'No token came, or one of its checks failed: wrong audience, expired, foreign issuer, an ID token …',
    look: 'Paste the token into this doctor; or read `check` in the log line of the API, which names the check that failed.',
  },
  insufficient_scope: {
    means: 'The token is good but lacks a scope of the route, or it is an app-only token.',
    look: 'Have the client ask Entra for the scope; see the app’s permissions and the consent to them.',
  },
  step_up_required: {
    means:
      'Conditional Access, an authentication context or a revoked session asks for more of the user before this.',
    look: 'The client passes the claims on to Entra, as they are, in its next token request: silently first, then with the user.',
  },
  consent_required: {
    means: 'Nobody has consented to Original API calling Downstream API for this user.',
    look: 'Send the user to consent to api://<Original API>/.default with the Client App as a known client application of Original; or pre-authorize Original at Downstream; or let an administrator grant it.',
  },
  admin_consent_required: {
    means: 'The permission is one that only an administrator may grant.',
    look: 'An administrator grants it: Entra admin center, Enterprise applications, Original API, Permissions.',
  },
  sign_in_again: {
    means:
      'Entra takes the user’s session or sign-in no longer: revoked, a new password, or too old.',
    look: 'The user signs in again. When it comes back at once, look at sign-in frequency policies and at the sign-in log by the correlation id.',
  },
  blocked: {
    means: 'A Conditional Access policy blocks the user, the place or the device.',
    look: 'Entra admin center, sign-in log, tab Conditional Access: it names the policy. The app must not try again.',
  },
  account_disabled: {
    means: 'The account of the user is disabled.',
    look: 'An administrator enables the account, or the user takes another one.',
  },
  not_assigned: {
    means: 'The app requires assignment, and this user is not assigned.',
    look: 'Entra admin center, Enterprise applications, Users and groups: assign the user; or drop "Assignment required".',
  },
  caller_not_allowed: {
    means:
      'The app that asked for the token may not call this API, or is a public client where a confidential one is needed.',
    look: 'Compare azp in the token with CLIENT_APP_IDS (Original) or ORIGINAL_API_CLIENT_ID (Downstream), and the pre-authorized applications in Entra.',
  },
  forbidden: {
    means:
      'The token is good, but the user has no right to this object; or the client cannot take the step-up that this needs.',
    look: 'Effective permission = scope AND the user’s own right: see the document’s owner, readers and writers, the role Profiles.Manage, and xms_cc (cp1) in the token.',
  },
  not_found: {
    means:
      'There is no such path or object, or it belongs to somebody who has not shared it: the two look alike on purpose.',
    look: 'See the path and its route prefix (/api, /api/downstream), and who the caller is (oid and tid).',
  },
  conflict: {
    means: 'The ETag that was sent is no longer the newest.',
    look: 'Read again, merge, send the new ETag in If-Match.',
  },
  precondition_required: {
    means: 'A write came without a precondition, so it could overwrite what somebody else saved.',
    look: 'Send If-Match with the ETag that was read, or If-None-Match: * to create.',
  },
  bad_request: {
    means: 'Body, id or query is not what the API takes.',
    look: 'Read `detail`: it names what is wrong.',
  },
  unsupported_media_type: {
    means: 'The body is not plain JSON.',
    look: 'Send application/json, without Content-Encoding.',
  },
  length_required: { means: 'The body came in chunks.', look: 'Send Content-Length.' },
  too_large: {
    means: 'The body, or a text in it, is over its limit.',
    look: 'Read `detail`: it names the limit.',
  },
  unavailable: {
    means:
      'Entra, its keys, the vault, the managed identity, the tables or Downstream cannot be used just now. It is never the user’s fault.',
    look: 'Run `npm run doctor` without anything: it finds which. The log line of the API has `check` and `reason`, and `aadsts` for a refused credential.',
  },
  bad_gateway: {
    means:
      'Something answered, but not what it should: a redirect, no JSON, too large, a token for somebody else, or a refusal between the two APIs.',
    look: 'See DOWNSTREAM_API_URL, proxies, and `downstreamStatus` and `downstreamCode` in Original’s log line: a 401 or 403 there is a fault between the APIs.',
  },
  timeout: {
    means: 'The time for the request was over before the answer.',
    look: 'Compare `milliseconds` in the log lines of both APIs by the correlation id: it tells which of them was slow.',
  },
  unexpected: {
    means: 'A bug, or a configuration that Entra refuses (ids, tenant, scope).',
    look: 'The log line of the API says which error; with `aadsts`, paste that code into this doctor.',
  },
};
