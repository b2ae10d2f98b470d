import { describe, expect, test } from '@jest/globals';
import {
  challengeScopesOf,
  methodsOf,
  type RouteMethods,
  requirePolicies,
  scopesOf,
} from '../../../../shared/http/route.ts';

const handler = async () => ({});

/** Checks the route `GET things/{id}` with this method, which may violate the types. */
const requirePolicy = (method: object) =>
  requirePolicies('things/{id}', { GET: { handler, ...method } as never });

const noPolicy =
  'Route GET things/{id} has no access policy. ' +
  'Set `scopes` or `anyScope`, or `open: true` for anonymous access.';
const emptyList = (name: string) =>
  `Route GET things/{id}: \`${name}\` must be a list of one or more names.`;
const badContext = 'Route GET things/{id}: `authContext` must be the id of a context, c1 to c99.';
const contradiction =
  'Route GET things/{id} is open and has an access policy. Remove `open: true` or the policy.';

test.each([
  { name: 'nothing', method: {}, message: noPolicy },
  { name: 'an empty list of scopes', method: { scopes: [] }, message: noPolicy },
  { name: 'an empty list anyScope', method: { anyScope: [] }, message: noPolicy },
  { name: 'only a role', method: { roles: ['Admin'] }, message: noPolicy },
  { name: 'only an authentication context', method: { authContext: 'c1' }, message: noPolicy },
  { name: 'open with another value than true', method: { open: 'yes' }, message: noPolicy },
  {
    name: 'scopes and an empty list of roles',
    method: { scopes: ['A'], roles: [] },
    message: emptyList('roles'),
  },
  {
    name: 'scopes and an empty list anyScope',
    method: { scopes: ['A'], anyScope: [] },
    message: emptyList('anyScope'),
  },
  { name: 'a string of scopes', method: { scopes: 'A' }, message: emptyList('scopes') },
  { name: 'an empty scope', method: { scopes: [''] }, message: emptyList('scopes') },
  { name: 'no context', method: { scopes: ['A'], authContext: '' }, message: badContext },
  { name: 'the context c0', method: { scopes: ['A'], authContext: 'c0' }, message: badContext },
  { name: 'the context c100', method: { scopes: ['A'], authContext: 'c100' }, message: badContext },
  { name: 'open and scopes', method: { open: true, scopes: ['A'] }, message: contradiction },
  { name: 'open and a role', method: { open: true, roles: ['A'] }, message: contradiction },
  {
    name: 'a context that is undefined',
    method: { scopes: ['A'], authContext: undefined },
    message: 'Route GET things/{id}: `authContext` is undefined. Set it or remove it.',
  },
  {
    name: 'roles that are undefined',
    method: { scopes: ['A'], roles: undefined },
    message: 'Route GET things/{id}: `roles` is undefined. Set it or remove it.',
  },
  {
    name: 'a misspelled member',
    method: { scopes: ['A'], role: ['Admin'] },
    message: "Route GET things/{id} has an unknown member 'role'. Known are: ",
  },
  {
    name: 'the full name of a scope',
    method: { scopes: ['api://a11ce000/Orders.Read'] },
    message: "'api://a11ce000/Orders.Read' is not the short name of a scope. A token contains only",
  },
  {
    name: 'the full name of a scope in anyScope',
    method: { anyScope: ['A', 'https://contoso.example/orders/Orders.Read'] },
    message: "A token contains only 'Orders.Read'.",
  },
  {
    name: 'no handler',
    method: { scopes: ['A'], handler: undefined },
    message: 'Route GET things/{id} has no `handler`',
  },
  {
    name: 'open and no handler',
    method: { open: true, handler: undefined },
    message: 'Route GET things/{id} has no `handler`',
  },
])('a method with $name stops the app at startup', ({ method, message }) => {
  expect(() => requirePolicy(method)).toThrow(message);
});

test.each(['get', 'OPTIONS', 'TRACE', 'constructor'])(
  'the method %s, which a route cannot have, stops the app at startup',
  (name) => {
    const methods = { [name]: { scopes: ['A'], handler } } as RouteMethods;
    expect(() => requirePolicies('things/{id}', methods)).toThrow(
      `Route things/{id} has an unknown method '${name}'. Known are: GET, POST,`,
    );
  },
);

test.each([
  { name: 'scopes', method: { scopes: ['A', 'B'] } },
  { name: 'anyScope', method: { anyScope: ['A', 'B'] } },
  { name: 'both', method: { scopes: ['A'], anyScope: ['B', 'C'] } },
  { name: 'roles and a context', method: { scopes: ['A'], roles: ['R'], authContext: 'c99' } },
  { name: 'open', method: { open: true } },
  { name: 'scopes and open: false', method: { open: false, scopes: ['A'] } },
])('a method with $name is accepted', ({ method }) => {
  expect(() => requirePolicy(method)).not.toThrow();
});

const methods: RouteMethods = {
  GET: { anyScope: ['Read', 'ReadWrite'], handler },
  PUT: { scopes: ['ReadWrite'], handler },
  HEAD: { open: true, handler },
};

test('a route without methods answers all of them', () => {
  expect(methodsOf({})).toEqual(['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD']);
});

test('the scopes of a route are those of all its protected methods', () => {
  expect(scopesOf(methods)).toEqual(['Read', 'ReadWrite', 'ReadWrite']);
});

describe('a challenge names', () => {
  test.each([
    { name: 'the first of anyScope', method: methods.GET, scopes: ['Read'] },
    { name: 'all scopes', method: methods.PUT, scopes: ['ReadWrite'] },
    { name: 'nothing for an open method', method: methods.HEAD, scopes: undefined },
    { name: 'nothing for an unknown method', method: undefined, scopes: undefined },
  ])('$name', ({ method, scopes }) => {
    expect(challengeScopesOf(method)).toEqual(scopes);
  });
});
