import { expect, test } from '@jest/globals';
import { classifyEntraError, type EntraError } from '../../../../client-app/auth/entra-error.ts';
import type { ProblemCode } from '../../../../client-app/auth/problem-messages.ts';

interface Example {
  readonly cause: string;
  readonly error: Partial<EntraError> & Pick<EntraError, 'errorCode'>;
  readonly code: ProblemCode;
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
])('classifies $cause as $code', ({ error, code }) => {
  expect(classifyEntraError({ interactionRequired: false, ...error })).toBe(code);
});
