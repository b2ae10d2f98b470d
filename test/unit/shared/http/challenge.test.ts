import { describe, expect, test } from '@jest/globals';
import { ApiError, type ApiErrorCode, type ApiErrorOptions } from '../../../../shared/api-error.ts';
import { challengeOf, writeChallenge } from '../../../../shared/http/challenge.ts';
import { requireAuthContext } from '../../../../shared/token/authorize.ts';
import type { Caller } from '../../../../shared/token/caller.ts';

const challengeOptions = {
  clientId: 'api',
  authorizationUri: 'https://login.example/authorize',
};
const common = 'Bearer realm="api", authorization_uri="https://login.example/authorize"';

test.each([
  { name: 'quotes', value: 'x", evil="1', written: '"x\\", evil=\\"1"' },
  { name: 'backslashes', value: 'back\\slash', written: '"back\\\\slash"' },
  { name: 'line breaks', value: 'two\r\nSet-Cookie: x', written: '"twoSet-Cookie: x"' },
  { name: 'characters beyond ASCII', value: 'na\u00efve', written: '"nave"' },
])('a value with $name cannot end its quotes or the header', ({ value, written }) => {
  expect(writeChallenge({ a: value })).toBe(`Bearer a=${written}`);
});

test('parameters are separated by commas, and undefined ones are left out', () => {
  expect(writeChallenge({ a: '1', b: undefined, c: '3' })).toBe('Bearer a="1", c="3"');
});

test.each<{ code: ApiErrorCode; options: ApiErrorOptions; challenge: string; name: string }>([
  {
    name: 'missing credentials',
    code: 'invalid_token',
    options: { credentialsMissing: true },
    challenge: common,
  },
  {
    name: 'an invalid token',
    code: 'invalid_token',
    options: {},
    challenge: `${common}, error="invalid_token", error_description="The access token is invalid."`,
  },
  {
    name: 'an expired token',
    code: 'invalid_token',
    options: { detail: 'The access token is expired.' },
    challenge: `${common}, error="invalid_token", error_description="The access token is expired."`,
  },
  {
    name: 'an expired sign-in',
    code: 'sign_in_again',
    options: {},
    challenge: `${common}, error="invalid_token"`,
  },
  {
    name: 'malformed credentials',
    code: 'invalid_request',
    options: { detail: 'One token.' },
    challenge: `${common}, error="invalid_request", error_description="One token."`,
  },
  {
    name: 'missing scopes',
    code: 'insufficient_scope',
    options: { scopes: ['A', 'B'] },
    challenge: `${common}, error="insufficient_scope", scope="A B"`,
  },
  {
    name: 'missing consent',
    code: 'consent_required',
    options: { scopes: ['api://d/A'] },
    challenge:
      'Bearer consentUri="https://login.example/authorize?client_id=api&response_type=code' +
      '&prompt=consent&scope=api%3A%2F%2Fd%2FA", scopes="api://d/A", proposedAction="consent"',
  },
])('the challenge for $name', ({ code, options, challenge }) => {
  expect(challengeOf(new ApiError(code, options), challengeOptions)).toBe(challenge);
});

test.each<ApiErrorCode>([
  'blocked',
  'account_disabled',
  'not_assigned',
  'forbidden',
  'not_found',
  'caller_not_allowed',
  'unavailable',
  'bad_gateway',
  'unexpected',
])('the error %s has no challenge', (code) => {
  expect(challengeOf(new ApiError(code), challengeOptions)).toBeUndefined();
});

describe('an authentication context', () => {
  const callerWith = (changes: Partial<Caller>) =>
    ({ authContexts: [], handlesChallenges: true, ...changes }) as unknown as Caller;

  test('that the user has satisfied is accepted', () => {
    const caller = callerWith({ authContexts: ['c2', 'c1'] });
    expect(() => requireAuthContext(caller, 'c1')).not.toThrow();
  });

  test('that is missing causes a claims challenge', () => {
    const claims = { access_token: { acrs: { essential: true, value: 'c1' } } };
    expect(() => requireAuthContext(callerWith({}), 'c1')).toThrow(
      expect.objectContaining({
        code: 'step_up_required',
        options: expect.objectContaining({ claims }),
      }),
    );
  });

  test('that is missing is forbidden for an app that cannot handle claims challenges', () => {
    const caller = callerWith({ handlesChallenges: false });
    expect(() => requireAuthContext(caller, 'c1')).toThrow(
      expect.objectContaining({ code: 'forbidden' }),
    );
  });
});
