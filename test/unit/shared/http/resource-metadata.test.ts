import { expect, test } from '@jest/globals';
import {
  createResourceMetadata,
  metadataPathOf,
  urlNextTo,
} from '../../../../shared/http/resource-metadata.ts';
import { otherTenantId, tenantId } from '../../../support/issuer.ts';

test('the document names all tenants, and each scope once', () => {
  const document = createResourceMetadata({
    resource: 'https://shop.example/api',
    authorityHost: new URL('https://login.example'),
    tenantIds: [tenantId, otherTenantId],
    clientId: 'client-id',
    scopes: ['Orders.Read', 'Orders.ReadWrite', 'Orders.Read'],
  });
  expect(document).toEqual({
    resource: 'https://shop.example/api',
    authorization_servers: [
      `https://login.example/${tenantId}/v2.0`,
      `https://login.example/${otherTenantId}/v2.0`,
    ],
    scopes_supported: ['api://client-id/Orders.Read', 'api://client-id/Orders.ReadWrite'],
    bearer_methods_supported: ['header'],
  });
});

test.each([
  { name: 'no path', path: '', expected: '.well-known/oauth-protected-resource' },
  { name: 'a path', path: 'shop', expected: 'shop/.well-known/oauth-protected-resource' },
  { name: 'slashes', path: '/shop/', expected: 'shop/.well-known/oauth-protected-resource' },
])('the document of an API with $name is below it', ({ path, expected }) => {
  expect(metadataPathOf(path)).toBe(expected);
});

type Row = {
  readonly name: string;
  readonly url: string;
  /** Default: `orders/{id}`. */
  readonly route?: string;
  readonly params?: Readonly<Record<string, string>>;
  /** The `Host` header. Default: none. */
  readonly host?: string;
};

const urlFor = ({ url, route = 'orders/{id}', params = {}, host }: Row) => {
  const headers = new Headers(host === undefined ? {} : { host });
  return urlNextTo({ url, headers, params }, route, 'meta');
};

test.each<Row & { expected: string }>([
  {
    name: 'behind a prefix',
    url: 'https://shop.example/api/orders/7?x=1#y',
    expected: 'https://shop.example/api/meta',
  },
  {
    name: 'without a prefix',
    url: 'https://shop.example/orders/7',
    expected: 'https://shop.example/meta',
  },
  {
    name: 'with a port and its Host header',
    url: 'http://localhost:7071/api/orders/7',
    host: 'localhost:7071',
    expected: 'http://localhost:7071/api/meta',
  },
  {
    name: 'with an IPv6 address',
    url: 'http://[::1]:7071/api/orders/7',
    host: '[::1]:7071',
    expected: 'http://[::1]:7071/api/meta',
  },
  {
    name: 'with a slash at its end',
    url: 'https://shop.example/api/orders/7/',
    expected: 'https://shop.example/api/meta',
  },
  {
    name: 'with an encoded slash',
    url: 'https://shop.example/api/orders/a%2Fb',
    expected: 'https://shop.example/api/meta',
  },
  {
    name: 'with double slashes',
    url: 'https://shop.example//api//orders//7',
    expected: 'https://shop.example/api/meta',
  },
  {
    name: 'of a route with a catch-all',
    url: 'https://shop.example/api/files/a/b/c',
    route: 'files/{*path}',
    params: { path: 'a/b/c' },
    expected: 'https://shop.example/api/meta',
  },
  {
    name: 'of a route whose optional parameter is absent',
    url: 'https://shop.example/api/orders',
    route: 'orders/{id?}',
    expected: 'https://shop.example/api/meta',
  },
  {
    name: 'of a route whose optional parameter is present',
    url: 'https://shop.example/api/orders/7',
    route: 'orders/{id?}',
    params: { id: '7' },
    expected: 'https://shop.example/api/meta',
  },
])('a URL $name leads to its prefix', ({ expected, ...row }) => {
  expect(urlFor(row)).toBe(expected);
});

test.each<Row>([
  { name: 'a slash', url: 'http://evil.example/x/api/orders/7', host: 'evil.example/x' },
  { name: 'a backslash', url: 'http://evil.example\\x/api/orders/7', host: 'evil.example\\x' },
  { name: 'a query', url: 'http://evil.example?x/api/orders/7', host: 'evil.example?x' },
  { name: 'a fragment', url: 'http://evil.example#x/api/orders/7', host: 'evil.example#x' },
  { name: 'a user', url: 'http://good@evil.example/api/orders/7', host: 'good@evil.example' },
  { name: 'a user only in the URL', url: 'http://good@evil.example/api/orders/7' },
  { name: 'two hosts', url: 'http://a.example/api/orders/7', host: 'a.example, b.example' },
  { name: 'a quote', url: 'http://a"b.example/api/orders/7', host: 'a"b.example' },
  { name: 'a quote that a URL accepts', url: "http://a'b.example/api/orders/7" },
  { name: 'a port that is no number', url: 'http://a.example:x/api/orders/7', host: 'a.example:x' },
  { name: 'no characters', url: 'http:///api/orders/7', host: '' },
  { name: 'fewer segments than the route', url: 'http://a.example/orders', host: 'a.example' },
  { name: 'another scheme', url: 'ftp://a.example/api/orders/7' },
  { name: 'a scheme without an origin', url: 'x://a.example/api/orders/7' },
  { name: 'no URL', url: '/api/orders/7', host: 'a.example' },
])('a host or URL with $name is not repeated', (row) => {
  expect(urlFor(row)).toBeUndefined();
});
