import { describe, expect, test } from '@jest/globals';
import { readPrecondition, requireMatch } from '../../../downstream-api/precondition.ts';

const read = (headers: Record<string, string>) =>
  readPrecondition({ headers: new Headers(headers) as never });

describe('readPrecondition', () => {
  const ifMatchValues = [
    { value: '"1"', etags: ['"1"'] },
    { value: 'W/"1", "2"', etags: ['W/"1"', '"2"'] },
    { value: '"with, a comma"', etags: ['"with, a comma"'] },
    { value: 'no entity tag', etags: [] },
  ];

  test.each(ifMatchValues)('reads the ETags of If-Match: $value', ({ value, etags }) => {
    expect(read({ 'if-match': value })).toEqual(etags);
  });

  test('reads If-None-Match: *', () => {
    expect(read({ 'if-none-match': '*' })).toBe('absent');
  });

  test('throws bad_request for both headers', () => {
    expect(() => read({ 'if-match': '"1"', 'if-none-match': '*' })).toThrow(
      expect.objectContaining({ code: 'bad_request' }),
    );
  });

  const insufficient = [
    { name: 'no header', headers: {} },
    { name: 'If-Match: *', headers: { 'if-match': '*' } },
    { name: 'If-None-Match with an ETag', headers: { 'if-none-match': '"1"' } },
  ];

  test.each(insufficient)('throws precondition_required for $name', ({ headers }) => {
    expect(() => read(headers as Record<string, string>)).toThrow(
      expect.objectContaining({ code: 'precondition_required' }),
    );
  });
});

describe('requireMatch', () => {
  test('accepts the ETag of the stored version', () => {
    expect(() => requireMatch(['"1"', '"2"'], { etag: '"2"' })).not.toThrow();
  });

  test('throws conflict for another ETag', () => {
    expect(() => requireMatch(['"1"'], { etag: '"2"' })).toThrow(
      expect.objectContaining({ code: 'conflict' }),
    );
  });

  test('throws conflict for "absent" if there is a stored version', () => {
    expect(() => requireMatch('absent', { etag: '"2"' })).toThrow(
      expect.objectContaining({ code: 'conflict' }),
    );
  });
});
