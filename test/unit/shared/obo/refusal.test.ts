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

  test('logs an error code', () => {
    expect(apiErrorOf(refusal, []).options.logContext?.entraError).toBe('invalid_grant');
  });

  test('logs no text in the place of an error code', () => {
    const apiError = apiErrorOf(refusal, []);
    expect(apiError.options.logContext?.entraSuberror).toBe('(not an error code)');
    expect(JSON.stringify(apiError)).not.toContain('alice');
  });
});
