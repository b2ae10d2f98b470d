import { expect, test } from '@jest/globals';
import { createChallengeOnce } from '../../../../shared/obo/challenge-once.ts';
import { type Refusal, readRefusal } from '../../../../shared/obo/network.ts';
import { apiErrorOf, isCredentialRefused } from '../../../../shared/obo/refusal.ts';
import type { Caller } from '../../../../shared/token/caller.ts';

test.each<[boolean, string, Refusal]>([
  [true, 'invalid_client without a number', { error: 'invalid_client' }],
  [true, 'invalid_client with an empty list', { error: 'invalid_client', codes: [] }],
  [true, 'a wrong secret', { error: 'invalid_client', codes: [7000215] }],
  [true, 'a certificate that is not registered', { error: 'invalid_client', codes: [700027] }],
  [false, 'an app that is switched off', { error: 'invalid_client', codes: [7000112] }],
  [false, 'a number of a secret with another error', { error: 'invalid_grant', codes: [7000215] }],
  [false, 'no error at all', { failure: 'connect' }],
])('%p: the credential is to be read again after %s', (expected, _name, refusal) => {
  expect(isCredentialRefused(refusal)).toBe(expected);
});

test('an action that is asked for is passed on once; to a user who comes back with another token it is final, for 10 minutes', () => {
  const start = Date.UTC(2026, 10, 22);
  let now = start;
  const once = createChallengeOnce(() => now);
  const refusal: Refusal = { suberror: 'additional_action', claims: { access_token: {} } };
  const ask = (digest: string, objectId = 'alice') =>
    once({ tenantId: 't', objectId, digest } as Caller, refusal).claims !== undefined;
  expect([ask('one'), ask('one'), ask('two'), ask('two', 'bob')]).toEqual([
    true,
    true,
    false,
    true,
  ]);
  now = start + 10 * 60_000 - 1;
  expect(ask('three')).toBe(false);
  now = start + 10 * 60_000 + 1;
  expect(ask('three')).toBe(true);
});

test('what is kept of a refusal is what its class is made of, and no free text', () => {
  const body = {
    error: 'invalid_grant',
    error_description: 'alice@contoso.example',
    suberror: 'a sentence of alice@contoso.example',
    error_codes: Array.from({ length: 50 }, (_, code) => (code % 2 ? code : `x${code}`)),
    trace_id: 'not a GUID of alice',
    correlation_id: '0af76519-16cd-43dd-8448-eb211c80319c',
    claims: '{"id_token":{}}',
  };
  const refusal = readRefusal(400, body, '7');
  expect(refusal).toMatchObject({
    status: 400,
    claims: undefined,
    traceId: undefined,
    retryAfter: 7,
    failure: undefined,
  });
  expect(refusal.codes).toEqual([1, 3, 5, 7, 9]);
  const apiError = apiErrorOf(refusal, ['scope']);
  expect(apiError.options.logContext).toMatchObject({
    entraError: 'invalid_grant',
    entraSuberror: 'not a word',
  });
  expect(JSON.stringify(apiError)).not.toContain('alice');
});
