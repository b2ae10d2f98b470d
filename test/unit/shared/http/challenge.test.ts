import { expect, test } from '@jest/globals';
import { ApiError } from '../../../../shared/api-error.ts';
import { challengeOf, writeChallenge } from '../../../../shared/http/challenge.ts';
import { demandAuthContext } from '../../../../shared/token/authorize.ts';
import type { Caller } from '../../../../shared/token/caller.ts';

const realm = { clientId: 'api', authorizationUri: 'https://login.example/authorize' };
const of = (...apiError: ConstructorParameters<typeof ApiError>) =>
  challengeOf(new ApiError(...apiError), realm);
const prefix = 'Bearer realm="api", authorization_uri="https://login.example/authorize"';

test('no value can end its quotes or the header', () => {
  expect(
    writeChallenge({
      a: 'x", evil="1',
      b: 'back\\slash',
      c: 'two\r\nSet-Cookie: x',
      d: 'na\u00efve',
      e: undefined,
    }),
  ).toBe('Bearer a="x\\", evil=\\"1", b="back\\\\slash", c="twoSet-Cookie: x", d="nave"');
});

test('each reason to acquire a token has its challenge, and the others have none', () => {
  expect(of('invalid_token', { credentialsMissing: true })).toBe(prefix);
  expect(of('invalid_token')).toBe(
    `${prefix}, error="invalid_token", error_description="The access token is invalid."`,
  );
  expect(of('invalid_token', { detail: 'The access token is expired.' })).toBe(
    `${prefix}, error="invalid_token", error_description="The access token is expired."`,
  );
  expect(of('sign_in_again')).toBe(`${prefix}, error="invalid_token"`);
  expect(of('invalid_request', { detail: 'One token.' })).toBe(
    `${prefix}, error="invalid_request", error_description="One token."`,
  );
  expect(of('insufficient_scope', { scopes: ['A', 'B'] })).toBe(
    `${prefix}, error="insufficient_scope", scope="A B"`,
  );
  expect(of('consent_required', { scopes: ['api://d/A'] })).toBe(
    'Bearer consentUri="https://login.example/authorize?client_id=api&response_type=code&prompt=consent&scope=api%3A%2F%2Fd%2FA", scopes="api://d/A", proposedAction="consent"',
  );
  for (const code of [
    'blocked',
    'account_disabled',
    'not_assigned',
    'forbidden',
    'not_found',
    'caller_not_allowed',
    'unavailable',
    'bad_gateway',
    'unexpected',
  ] as const) {
    expect(of(code)).toBeUndefined();
  }
});

test('an authentication context is demanded of clients that can act on it; the others are refused', () => {
  const demand = (changes: Partial<Caller>) => () =>
    demandAuthContext(
      { authContexts: [], handlesChallenges: true, ...changes } as unknown as Caller,
      'c1',
    );
  expect(demand({ authContexts: ['c2', 'c1'] })).not.toThrow();
  expect(demand({})).toThrow(
    expect.objectContaining({
      code: 'step_up_required',
      options: expect.objectContaining({
        claims: { access_token: { acrs: { essential: true, value: 'c1' } } },
      }),
    }),
  );
  expect(demand({ handlesChallenges: false })).toThrow(
    expect.objectContaining({ code: 'forbidden' }),
  );
});
