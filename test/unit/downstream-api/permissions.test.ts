import { expect, test } from '@jest/globals';
import {
  mayAccessProfile,
  mayRead,
  mayWrite,
  owns,
  visibleTo,
} from '../../../downstream-api/permissions.ts';
import type { Caller } from '../../../shared/token/caller.ts';

const caller = (objectId: string, roles: string[] = []) =>
  ({ objectId, roles }) as unknown as Caller;
const document = {
  id: 'd',
  title: '',
  text: '',
  owner: 'owner',
  readers: ['reader'],
  writers: ['writer'],
  modified: '',
};

test.each([
  ['owner', true, true, true],
  ['writer', true, true, false],
  ['reader', true, false, false],
  ['stranger', false, false, false],
  ['Owner', false, false, false],
])('%s: read %p, write %p, own %p', (user, read, write, own) => {
  expect([
    mayRead(caller(user), document),
    mayWrite(caller(user), document),
    owns(caller(user), document),
  ]).toEqual([read, write, own]);
});

test('no role gives a right to a document', () => {
  expect(mayRead(caller('stranger', ['Profiles.Manage', 'Documents.Read']), document)).toBe(false);
});

test('a document that one may not read is as absent as one that is not there', () => {
  const stored = { value: document, etag: 'x' };
  expect(visibleTo(caller('reader'), stored)).toBe(stored);
  for (const missing of [
    () => visibleTo(caller('stranger'), stored),
    () => visibleTo(caller('owner'), undefined),
  ]) {
    expect(missing).toThrow(expect.objectContaining({ code: 'not_found' }));
  }
});

test.each([
  ['me', [], true],
  ['other', [], false],
  ['other', ['Profiles.Manage'], true],
  ['other', ['profiles.manage', 'Profiles.Manage.All'], false],
])('the profile of %s with roles %p: %p', (userId, roles, allowed) => {
  expect(mayAccessProfile(caller('me', roles), userId)).toBe(allowed);
});
