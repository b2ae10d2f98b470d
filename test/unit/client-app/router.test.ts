import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { readRoute, writeRoute } from '../../../client-app/router.ts';

test.each([
  ['', { view: 'documents' }],
  ['#', { view: 'documents' }],
  ['#/', { view: 'documents' }],
  ['#/documents', { view: 'documents' }],
  ['#/documents/a%20b', { view: 'document', id: 'a b' }],
  ['#/new-document', { view: 'new-document' }],
  ['#/profile', { view: 'profile', userId: 'me' }],
  ['#/profile/42', { view: 'profile', userId: '42' }],
  ['#/journey', { view: 'journey' }],
  ['#/chain', { view: 'chain' }],
  ['#/policies', { view: 'policies' }],
  ['#/journey/more', { view: 'nowhere' }],
  ['#/documents/a..b.', { view: 'document', id: 'a..b.' }],
  ['#/documents/..', { view: 'nowhere' }],
  ['#/documents/%2e', { view: 'nowhere' }],
  ['#/documents/a/b', { view: 'nowhere' }],
  ['#/elsewhere', { view: 'nowhere' }],
  ['#/documents/%E0%A4%A', { view: 'document', id: '%E0%A4%A' }],
])('the address %p leads to %p', (hash, route) => {
  expect(readRoute(hash)).toEqual(route);
});

test('what is written is read back, for every id', () => {
  fc.assert(
    fc.property(
      fc.string({ minLength: 1, unit: 'grapheme' }).filter((id) => !/^\.{1,2}$/.test(id)),
      (id) => {
        expect(readRoute(writeRoute({ view: 'document', id }))).toEqual({ view: 'document', id });
        expect(readRoute(writeRoute({ view: 'profile', userId: id }))).toEqual({
          view: 'profile',
          userId: id,
        });
      },
    ),
  );
});

test('nothing in the address is an error', () => {
  fc.assert(
    fc.property(fc.string(), (hash) => expect(readRoute(hash).view).toEqual(expect.any(String))),
  );
});
