import type { ApiErrorCode } from '../../shared/api-error.ts';

/** The cause of a problem response and its fix, for developers. */
export interface ProblemMessage {
  /** What causes the response. */
  readonly meaning: string;
  /** What to do about it, or where to look. */
  readonly fix: string;
}

/** The messages by `code`. Status, title and detail are in `shared/api-error.ts`. */
export const problemMessages: Readonly<Record<ApiErrorCode, ProblemMessage>> = {
  invalid_request: {
    meaning:
      'The Authorization header is malformed or contains two tokens, or the URL contains a ' +
      'token as well.',
    fix: 'Send exactly one `Authorization: Bearer <token>` header, and no token in the query.',
  },
  invalid_token: {
    meaning:
      'The request has no token, or a check of the token failed: wrong audience, expired, ' +
      'unknown issuer, an ID token …',
    fix:
      'Paste the token into this doctor, or find the failed check as `check` in the API’s log ' +
      'line.',
  },
  insufficient_scope: {
    meaning: 'The token is valid but lacks a scope of the route, or it is an app-only token.',
    fix:
      'Request the scope from Entra in the client. Check the app’s permissions and the consent ' +
      'to them.',
  },
  step_up_required: {
    meaning:
      'Conditional Access, an authentication context or a revoked session requires another ' +
      'check of the user.',
    fix:
      'The client passes the claims unchanged to Entra in its next token request: first ' +
      'silently, then interactively.',
  },
  consent_required: {
    meaning: 'Original API has no consent to call the API behind it for this user.',
    fix:
      'Ask the user to consent to api://<Original API>/.default, with the Client App as a known ' +
      'client application of Original API. Or pre-authorize Original API at Downstream API. Or ' +
      'ask an administrator to consent.',
  },
  admin_consent_required: {
    meaning: 'Only an administrator can grant this permission.',
    fix:
      'Ask an administrator to grant it: Entra admin center, Enterprise applications, Original ' +
      'API, Permissions.',
  },
  sign_in_again: {
    meaning:
      'Entra no longer accepts the user’s session: it was revoked, the password was changed, ' +
      'or the sign-in is too old.',
    fix:
      'The user signs in again. If that does not help, check the sign-in frequency policies, ' +
      'and the sign-in log by the correlation id.',
  },
  blocked: {
    meaning: 'A Conditional Access policy blocks the user, the location or the device.',
    fix:
      'Entra admin center, sign-in log, tab Conditional Access: it names the policy. The app ' +
      'must not retry.',
  },
  account_disabled: {
    meaning: 'The user’s account is disabled.',
    fix: 'Ask an administrator to enable the account, or use another one.',
  },
  not_assigned: {
    meaning: 'The app requires assignment, and the user is not assigned to it.',
    fix:
      'Assign the user (Entra admin center, Enterprise applications, Users and groups), or turn ' +
      'off "Assignment required".',
  },
  caller_not_allowed: {
    meaning:
      'The app that requested the token may not call this API, or it is a public client where ' +
      'a confidential one is required.',
    fix:
      'Compare azp in the token with CLIENT_APP_IDS (Original) or ORIGINAL_API_CLIENT_ID ' +
      '(Downstream), and check the pre-authorized applications in Entra.',
  },
  forbidden: {
    meaning:
      'The token is valid, but the user has no right to this object, or the client cannot ' +
      'perform the required step-up.',
    fix:
      'Effective permission = scope AND the user’s own right. Check the document’s owner, ' +
      'readers and writers, the role Profiles.Manage, and xms_cc (cp1) in the token.',
  },
  not_found: {
    meaning:
      'The path or the object does not exist, or the object belongs to another user who has ' +
      'not shared it. The response is the same for both.',
    fix:
      'Check the path and its route prefix (/api, /api/downstream), and the user of the token ' +
      '(oid and tid).',
  },
  state_conflict: {
    meaning:
      'A downstream API responded with 409: the object is in a state that does not allow this.',
    fix: 'Read the object again. The reference of that API lists the states and their conflicts.',
  },
  conflict: {
    meaning: 'The object has changed: the ETag in the request is not the current one.',
    fix: 'Read the object again, merge, and send the new ETag in If-Match.',
  },
  precondition_required: {
    meaning: 'A write without a precondition could overwrite what another user has saved.',
    fix: 'Send If-Match with the ETag of the last read, or If-None-Match: * to create.',
  },
  bad_request: {
    meaning: 'The API does not accept this body, id or query.',
    fix: 'Read `detail`: it names the error.',
  },
  unprocessable: {
    meaning:
      'A downstream API responded with 422: it understands the body but rejects its content.',
    fix:
      'Compare the body with the reference of that API. `downstreamStatus` in Original API’s log ' +
      'line confirms that the response came from there.',
  },
  unsupported_media_type: {
    meaning: 'The body is not plain JSON.',
    fix: 'Send application/json without Content-Encoding.',
  },
  length_required: { meaning: 'The body was sent in chunks.', fix: 'Send Content-Length.' },
  too_large: {
    meaning: 'The body, or a text in it, exceeds its limit.',
    fix: 'Read `detail`: it names the limit.',
  },
  unavailable: {
    meaning:
      'Entra, its keys, the vault, the managed identity, the tables or Downstream API is ' +
      'unavailable. The user cannot fix this.',
    fix:
      'Run `npm run doctor` without input to find out which. The API’s log line contains ' +
      '`check` and `reason`, and `aadsts` for a rejected credential.',
  },
  bad_gateway: {
    meaning:
      'A service sent an unexpected response: a redirect, no JSON, a body that is too large or ' +
      'a token for another API. Or Downstream API rejected the token of Original API.',
    fix:
      'Check DOWNSTREAM_API_URL, proxies, and `downstreamStatus` and `downstreamCode` in ' +
      'Original API’s log line: a 401 or 403 there is a fault between the APIs.',
  },
  timeout: {
    meaning: 'The request’s deadline passed before the response was complete.',
    fix:
      'Compare `milliseconds` in the log lines of both APIs, by the correlation id, to see ' +
      'which API was slow.',
  },
  unexpected: {
    meaning: 'A bug, or a configuration that Entra rejects (ids, tenant, scope).',
    fix:
      'Find the error in the API’s log line. If it contains `aadsts`, paste that code into this ' +
      'doctor.',
  },
};
