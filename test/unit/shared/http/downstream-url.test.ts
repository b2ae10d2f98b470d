import { describe, expect, test } from '@jest/globals';
import { readBaseUrl, resolveUrl } from '../../../../shared/http/downstream-url.ts';

const base = readBaseUrl('https://graph.example/v1.0');

describe('a base URL', () => {
  test.each([
    { baseUrl: 'https://graph.example', url: 'https://graph.example/' },
    { baseUrl: 'https://graph.example/v1.0', url: 'https://graph.example/v1.0/' },
    { baseUrl: 'https://graph.example/v1.0/', url: 'https://graph.example/v1.0/' },
    { baseUrl: 'http://localhost:7072/api', url: 'http://localhost:7072/api/' },
    { baseUrl: 'http://127.0.0.1/api', url: 'http://127.0.0.1/api/' },
  ])('$baseUrl is accepted', ({ baseUrl, url }) => {
    expect(readBaseUrl(baseUrl).href).toBe(url);
  });

  test.each([
    'http://graph.example/v1.0',
    'http://localhost.evil.example/',
    'ftp://graph.example/',
    'https://user@graph.example/',
    'https://:password@graph.example/',
    'https://graph.example/?tenant=1',
    'https://graph.example/#me',
    '/v1.0',
    '',
  ])('%p is refused', (baseUrl) => {
    expect(() => readBaseUrl(baseUrl)).toThrow(TypeError);
  });
});

describe('a path below the base URL', () => {
  test.each([
    { path: 'me', url: 'https://graph.example/v1.0/me' },
    { path: '', url: 'https://graph.example/v1.0/' },
    { path: 'users/1/manager', url: 'https://graph.example/v1.0/users/1/manager' },
    { path: 'users?$top=5', url: 'https://graph.example/v1.0/users?$top=5' },
    { path: 'users?next=../1//2\\3', url: 'https://graph.example/v1.0/users?next=../1//2\\3' },
    { path: '.well-known/x', url: 'https://graph.example/v1.0/.well-known/x' },
    { path: 'files/..a/b..', url: 'https://graph.example/v1.0/files/..a/b..' },
    { path: ' //evil.example', url: 'https://graph.example/v1.0/%20//evil.example' },
    { path: '@evil.example', url: 'https://graph.example/v1.0/@evil.example' },
    { path: ':8443', url: 'https://graph.example/v1.0/:8443' },
    { path: 'files/a%2Fb', url: 'https://graph.example/v1.0/files/a%2Fb' },
    { path: 'files/ä b', url: 'https://graph.example/v1.0/files/%C3%A4%20b' },
    {
      path: 'https://graph.example/v1.0/users?$skiptoken=a%2F..%2Fb',
      url: 'https://graph.example/v1.0/users?$skiptoken=a%2F..%2Fb',
    },
    {
      path: new URL('https://graph.example:443/v1.0/users'),
      url: 'https://graph.example/v1.0/users',
    },
    { path: 'HTTPS://GRAPH.EXAMPLE/v1.0/users', url: 'https://graph.example/v1.0/users' },
  ])('$path is resolved', ({ path, url }) => {
    expect(resolveUrl(base, path).href).toBe(url);
  });

  test('gets the parameters of a query, encoded', () => {
    const url = resolveUrl(base, 'users?$top=5', { $filter: "name eq 'a&b=c#d'" });
    expect(url.searchParams.get('$filter')).toBe("name eq 'a&b=c#d'");
    expect(url.searchParams.get('$top')).toBe('5');
  });

  test('gets repeated parameters', () => {
    const query = new URLSearchParams([
      ['id', '1'],
      ['id', '2'],
    ]);
    expect(resolveUrl(base, 'users', query).search).toBe('?id=1&id=2');
  });
});

describe('a path that could lead elsewhere is refused:', () => {
  test.each([
    // Steps to a parent.
    '..',
    '../admin',
    'users/..',
    'users/../admin',
    'users/../../v1.0/admin',
    'users/.',
    './users',
    'users/..?a=1',
    'users/..#a',
    'users/..;a/b',
    // The same before spaces, which URLs drop at their end.
    'users/.. ',
    'users/.  ',
    'users/%2e%2e ',
    // Steps to a parent, encoded.
    '%2e%2e/admin',
    '.%2E/admin',
    'users/%2e%2e/admin',
    'users/%252e%252e/admin',
    'users/%25252e./admin',
    'users%2f..%2fadmin',
    'users%2F%2E%2E%2Fadmin',
    'users/..%2fadmin',
    'users/%2e',
    // Line breaks and tabs, which URLs drop.
    'users/.\t./admin',
    'users/.\n./admin',
    '\t/\t/evil.example',
    // Backslashes, which URLs turn into slashes.
    '..\\admin',
    'users\\..\\admin',
    '\\admin',
    '\\\\evil.example',
    '/\\evil.example',
    'users/..%5cadmin',
    '%5c%5cevil.example',
    '%255cevil.example',
    // Paths from the root and other hosts.
    '/admin',
    '/v1.0/users',
    '%2fadmin',
    '%2f%2fevil.example',
    '//evil.example',
    '//evil.example/v1.0/users',
    '///evil.example',
    // Absolute URLs elsewhere.
    'https://evil.example/v1.0/users',
    'https:/evil.example',
    'https:users',
    'users:1',
    'https://graph.example/beta/users',
    'https://graph.example/v1.0',
    'https://graph.example/v1.0evil/users',
    'https://graph.example/v1.0/../beta/users',
    'https://graph.example/v1.0/%2e%2e/beta/users',
    'https://graph.example:8443/v1.0/users',
    'http://graph.example/v1.0/users',
    'https://graph.example.evil.example/v1.0/users',
    'https://graph.example@evil.example/v1.0/users',
    'https://user:password@graph.example/v1.0/users',
    'https:\\\\evil.example/v1.0/users',
    'javascript:alert(1)',
    'file:///etc/passwd',
    'data:text/plain,a',
    // Fragments.
    'users#a',
  ])('%p', (path) => {
    expect(() => resolveUrl(base, path)).toThrow(TypeError);
  });

  test('a URL object elsewhere', () => {
    expect(() => resolveUrl(base, new URL('https://evil.example/v1.0/users'))).toThrow(TypeError);
  });

  test('without the path in the message', () => {
    expect(() => resolveUrl(base, '../canary')).not.toThrow('canary');
  });

  test('in little time, whatever its length', () => {
    const path = `a/${'%25'.repeat(100_000)}`;
    const startedAt = performance.now();
    expect(() => resolveUrl(base, `${path}/..`)).toThrow(TypeError);
    expect(performance.now() - startedAt).toBeLessThan(1_000);
  });
});
