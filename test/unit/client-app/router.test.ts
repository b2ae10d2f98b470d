import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type Route, readRoute, writeRoute } from '../../../client-app/router.ts';

test.each<{ hash: string; route: Route }>([
  { hash: '', route: { view: 'documents' } },
  { hash: '#', route: { view: 'documents' } },
  { hash: '#/', route: { view: 'documents' } },
  { hash: '#/documents', route: { view: 'documents' } },
  { hash: '#/documents/a%20b', route: { view: 'document', id: 'a b' } },
  { hash: '#/new-document', route: { view: 'new-document' } },
  { hash: '#/profile', route: { view: 'profile', userId: 'me' } },
  { hash: '#/profile/42', route: { view: 'profile', userId: '42' } },
  { hash: '#/journey', route: { view: 'journey' } },
  { hash: '#/chain', route: { view: 'chain' } },
  { hash: '#/policies', route: { view: 'policies' } },
  { hash: '#/journey/more', route: { view: 'not-found' } },
  { hash: '#/documents/a..b.', route: { view: 'document', id: 'a..b.' } },
  { hash: '#/documents/..', route: { view: 'not-found' } },
  { hash: '#/documents/%2e', route: { view: 'not-found' } },
  { hash: '#/documents/a/b', route: { view: 'not-found' } },
  { hash: '#/elsewhere', route: { view: 'not-found' } },
  { hash: '#/documents/%E0%A4%A', route: { view: 'document', id: '%E0%A4%A' } },
])('reads "$hash" as the view $route.view', ({ hash, route }) => {
  expect(readRoute(hash)).toEqual(route);
});

const anyId = fc.string({ minLength: 1, unit: 'grapheme' }).filter((id) => !/^\.{1,2}$/.test(id));

test('reads the document route that it wrote, for any id', () => {
  fc.assert(
    fc.property(anyId, (id) => {
      const route: Route = { view: 'document', id };
      expect(readRoute(writeRoute(route))).toEqual(route);
    }),
  );
});

test('reads the profile route that it wrote, for any id', () => {
  fc.assert(
    fc.property(anyId, (userId) => {
      const route: Route = { view: 'profile', userId };
      expect(readRoute(writeRoute(route))).toEqual(route);
    }),
  );
});

test('returns a route for any hash', () => {
  fc.assert(
    fc.property(fc.string(), (hash) => expect(readRoute(hash).view).toEqual(expect.any(String))),
  );
});
