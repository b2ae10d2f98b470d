import { describe, expect, test } from '@jest/globals';
import { readRefusal } from '../../../../shared/obo/network.ts';

describe('readRefusal', () => {
  const body = {
    error: 'invalid_grant',
    error_description: 'alice@contoso.example',
    suberror: 'consent_required',
    correlation_id: '0af76519-16cd-43dd-8448-eb211c80319c',
  };

  test('keeps status, error, suberror, correlation id and Retry-After', () => {
    expect(readRefusal(400, body, '7')).toMatchObject({
      status: 400,
      error: 'invalid_grant',
      suberror: 'consent_required',
      correlationId: '0af76519-16cd-43dd-8448-eb211c80319c',
      retryAfter: 7,
      failure: undefined,
    });
  });

  test('keeps no description', () => {
    expect(JSON.stringify(readRefusal(400, body, '7'))).not.toContain('alice');
  });

  test('keeps the numbers among the first 10 error codes', () => {
    const codes = Array.from({ length: 50 }, (_, code) => (code % 2 ? code : `x${code}`));
    expect(readRefusal(400, { ...body, error_codes: codes }, undefined).codes).toEqual([
      1, 3, 5, 7, 9,
    ]);
  });

  test('drops claims without a top-level access_token', () => {
    const refusal = readRefusal(400, { ...body, claims: '{"id_token":{}}' }, undefined);
    expect(refusal.claims).toBeUndefined();
  });

  test('drops a trace id that is not a GUID', () => {
    const refusal = readRefusal(400, { ...body, trace_id: 'not a GUID of alice' }, undefined);
    expect(refusal.traceId).toBeUndefined();
  });
});
