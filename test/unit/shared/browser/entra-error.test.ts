import { InteractionRequiredAuthError, ServerError } from '@azure/msal-browser';
import { expect, test } from '@jest/globals';
import { describeEntraError } from '../../../../shared/browser/entra-error.ts';
import type { ProblemCode } from '../../../../shared/browser/problem-code.ts';

interface EntraError {
  readonly errorCode: string;
  readonly subError?: string;
  readonly errorNo?: string;
  readonly claims?: string;
  readonly interactionRequired?: boolean;
}

interface Example {
  readonly cause: string;
  readonly error: EntraError;
  readonly code: ProblemCode;
}

/** The error that MSAL throws for a response of Entra. */
function createMsalError(error: EntraError): Error {
  const { errorCode, subError, errorNo, claims, interactionRequired } = error;
  const text = 'AADSTS50000: alice@example.com';
  return interactionRequired
    ? new InteractionRequiredAuthError(errorCode, 'id', text, subError, '', '', claims, errorNo)
    : new ServerError(errorCode, 'id', text, subError, errorNo);
}

test.each<Example>([
  {
    cause: 'a disabled account',
    error: { errorCode: 'invalid_grant', errorNo: '50057' },
    code: 'account_disabled',
  },
  {
    cause: 'a user who is not assigned',
    error: { errorCode: 'invalid_grant', errorNo: '50105' },
    code: 'not_assigned',
  },
  {
    cause: 'a location blocked by its AADSTS number',
    error: { errorCode: 'access_denied', errorNo: '53003' },
    code: 'blocked',
  },
  {
    cause: 'a location blocked by its suberror',
    error: {
      errorCode: 'interaction_required',
      subError: 'message_only',
      interactionRequired: true,
    },
    code: 'blocked',
  },
  {
    cause: 'missing consent',
    error: { errorCode: 'invalid_grant', subError: 'consent_required', interactionRequired: true },
    code: 'consent_required',
  },
  {
    cause: 'a user who declined to consent',
    error: { errorCode: 'access_denied', errorNo: '65004' },
    code: 'consent_required',
  },
  {
    cause: 'a permission that needs an administrator',
    error: { errorCode: 'invalid_grant', subError: 'consent_required', errorNo: '90094' },
    code: 'admin_consent_required',
  },
  {
    cause: 'a claims challenge',
    error: {
      errorCode: 'interaction_required',
      subError: 'basic_action',
      claims: '{}',
      interactionRequired: true,
    },
    code: 'step_up_required',
  },
  {
    cause: 'no session at Entra',
    error: { errorCode: 'login_required', errorNo: '50058', interactionRequired: true },
    code: 'sign_in_again',
  },
  {
    cause: 'revoked sessions',
    error: { errorCode: 'invalid_grant', errorNo: '50173' },
    code: 'sign_in_again',
  },
  {
    cause: 'an unknown AADSTS number',
    error: { errorCode: 'invalid_grant', errorNo: 'constructor' },
    code: 'sign_in_again',
  },
  { cause: 'a network error', error: { errorCode: 'network_error' }, code: 'unavailable' },
  {
    cause: 'a device that is offline',
    error: { errorCode: 'no_network_connectivity' },
    code: 'unavailable',
  },
  {
    cause: 'a 429 response',
    error: { errorCode: 'temporarily_unavailable' },
    code: 'unavailable',
  },
  { cause: 'a 500 response', error: { errorCode: 'server_error' }, code: 'unavailable' },
  {
    cause: 'a hidden frame that timed out',
    error: { errorCode: 'timed_out' },
    code: 'unavailable',
  },
])('describes $cause as $code', ({ error, code }) => {
  expect(describeEntraError(createMsalError(error)).code).toBe(code);
});

test('contains the claims of a challenge', () => {
  const error = createMsalError({
    errorCode: 'interaction_required',
    claims: '{"access_token":{}}',
    interactionRequired: true,
  });
  expect(describeEntraError(error, 'request')).toEqual({
    code: 'step_up_required',
    status: 0,
    correlationId: 'request',
    claims: '{"access_token":{}}',
  });
});

test('says whether the user declined', () => {
  const error = createMsalError({ errorCode: 'access_denied', errorNo: '65004' });
  expect(describeEntraError(error)).toMatchObject({ code: 'consent_required', declined: true });
});

test('has the correlation id of the error without one of the request', () => {
  expect(describeEntraError(createMsalError({ errorCode: 'login_required' })).correlationId).toBe(
    'id',
  );
});

test('does not contain the description of Entra', () => {
  const problem = describeEntraError(createMsalError({ errorCode: 'invalid_grant' }));
  expect(JSON.stringify(problem)).not.toContain('alice');
});

test.each([
  { value: new TypeError('bug') },
  { value: undefined },
  { value: 'login_required' },
  { value: { errorCode: 5 } },
])('describes $value as unexpected', ({ value }) => {
  expect(describeEntraError(value)).toEqual({
    code: 'unexpected',
    status: 0,
    correlationId: '',
  });
});
