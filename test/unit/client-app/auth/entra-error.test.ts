import { expect, test } from '@jest/globals';
import { classifyEntraError } from '../../../../client-app/auth/entra-refusal.ts';

test.each([
  ['disabled', { errorCode: 'invalid_grant', errorNo: '50057' }, 'account_disabled'],
  ['not assigned', { errorCode: 'invalid_grant', errorNo: '50105' }, 'not_assigned'],
  ['blocked by number', { errorCode: 'access_denied', errorNo: '53003' }, 'blocked'],
  [
    'blocked by suberror',
    { errorCode: 'interaction_required', subError: 'message_only', needsPerson: true },
    'blocked',
  ],
  [
    'consent missing',
    { errorCode: 'invalid_grant', subError: 'consent_required', needsPerson: true },
    'consent_required',
  ],
  ['consent refused', { errorCode: 'access_denied', errorNo: '65004' }, 'consent_required'],
  [
    'an administrator’s decision',
    { errorCode: 'invalid_grant', subError: 'consent_required', errorNo: '90094' },
    'admin_consent_required',
  ],
  [
    'one more check',
    {
      errorCode: 'interaction_required',
      subError: 'basic_action',
      claims: '{}',
      needsPerson: true,
    },
    'step_up_required',
  ],
  [
    'no session',
    { errorCode: 'login_required', errorNo: '50058', needsPerson: true },
    'sign_in_again',
  ],
  ['revoked', { errorCode: 'invalid_grant', errorNo: '50173' }, 'sign_in_again'],
  ['the network', { errorCode: 'network_error' }, 'unavailable'],
  ['offline', { errorCode: 'no_network_connectivity' }, 'unavailable'],
  ['429', { errorCode: 'temporarily_unavailable' }, 'unavailable'],
  ['500', { errorCode: 'server_error' }, 'unavailable'],
  ['a hidden frame that never answered', { errorCode: 'timed_out' }, 'unavailable'],
])('%s', (_name, error, code) => {
  expect(classifyEntraError({ needsPerson: false, ...error })).toBe(code);
});
