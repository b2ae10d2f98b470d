import { describe, expect, test } from '@jest/globals';
import type { Refusal } from '../../../../shared/obo/network.ts';
import { apiErrorOf, isCredentialRefused } from '../../../../shared/obo/refusal.ts';

describe('isCredentialRefused returns true for invalid_client with', () => {
  const refusals: { name: string; refusal: Refusal }[] = [
    { name: 'no code', refusal: { error: 'invalid_client' } },
    { name: 'an empty list of codes', refusal: { error: 'invalid_client', codes: [] } },
    { name: 'a wrong secret', refusal: { error: 'invalid_client', codes: [7000215] } },
    {
      name: 'an unregistered certificate',
      refusal: { error: 'invalid_client', codes: [700027] },
    },
  ];

  test.each(refusals)('$name', ({ refusal }) => {
    expect(isCredentialRefused(refusal)).toBe(true);
  });
});

describe('isCredentialRefused returns false for', () => {
  const refusals: { name: string; refusal: Refusal }[] = [
    { name: 'a disabled app', refusal: { error: 'invalid_client', codes: [7000112] } },
    {
      name: 'the code of a wrong secret with another error',
      refusal: { error: 'invalid_grant', codes: [7000215] },
    },
    { name: 'a failed connection', refusal: { failure: 'connect' } },
  ];

  test.each(refusals)('$name', ({ refusal }) => {
    expect(isCredentialRefused(refusal)).toBe(false);
  });
});

describe('apiErrorOf', () => {
  const refusal: Refusal = {
    status: 400,
    error: 'invalid_grant',
    suberror: 'a sentence of alice@contoso.example',
    codes: [1],
  };

  const causes: { name: string; refusal: Refusal; cause: string | undefined; says: RegExp }[] = [
    {
      name: 'a full queue',
      refusal: { rejection: 'queue-full' },
      cause: 'queue',
      says: /queue full/i,
    },
    {
      name: 'a long wait in the queue',
      refusal: { rejection: 'waited-too-long' },
      cause: 'queue',
      says: /waited too long/i,
    },
    {
      name: 'an open circuit',
      refusal: { rejection: 'circuit-open' },
      cause: 'breaker',
      says: /breaker is open/,
    },
    {
      name: 'a failing user',
      refusal: { rejection: 'user-failing' },
      cause: 'breaker',
      says: /of this user/,
    },
    {
      name: 'a throttled user',
      refusal: { rejection: 'throttled' },
      cause: 'throttle',
      says: /throttles/,
    },
    { name: 'status 429', refusal: { status: 429 }, cause: 'throttle', says: /throttles/ },
    { name: 'AADSTS50196', refusal: { codes: [50196] }, cause: 'throttle', says: /throttles/ },
    {
      name: 'no connection',
      refusal: { failure: 'connect' },
      cause: 'connection',
      says: /cannot be reached/,
    },
    { name: 'a broken one', refusal: { failure: 'broken' }, cause: 'connection', says: /broke/ },
    { name: 'silence', refusal: { failure: 'timeout' }, cause: 'timeout', says: /in time/ },
    { name: 'status 500', refusal: { status: 500 }, cause: 'busy', says: /busy/ },
    {
      name: 'a refusal for good',
      refusal: { error: 'invalid_grant' },
      cause: undefined,
      says: /no longer valid/,
    },
  ];

  test.each(causes)('logs the cause of $name', ({ refusal, cause, says }) => {
    const { logContext } = apiErrorOf(refusal, []).options;
    expect(logContext?.cause).toBe(cause);
    expect(logContext?.explanation).toMatch(says);
  });

  test.each(causes.filter(({ cause }) => cause))('answers $name with unavailable', (row) => {
    expect(apiErrorOf(row.refusal, []).code).toBe('unavailable');
  });

  test.each(['queue-full', 'waited-too-long'] as const)(
    'does not say that Entra is away for %s',
    (rejection) => {
      const { detail, logContext } = apiErrorOf({ rejection, retryAfter: 7 }, []).options;
      expect(detail).toMatch(/^Too many requests are waiting/);
      expect(logContext?.explanation).not.toMatch(/cannot be reached|did not respond/);
    },
  );

  test('logs an error code', () => {
    expect(apiErrorOf(refusal, []).options.logContext?.entraError).toBe('invalid_grant');
  });

  test('logs no text in the place of an error code', () => {
    const apiError = apiErrorOf(refusal, []);
    expect(apiError.options.logContext?.entraSuberror).toBe('(not an error code)');
    expect(JSON.stringify(apiError)).not.toContain('alice');
  });
});
