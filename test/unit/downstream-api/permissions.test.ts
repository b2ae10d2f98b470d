import { describe, expect, test } from '@jest/globals';
import {
  isOwner,
  mayAccessProfile,
  mayRead,
  mayWrite,
  requireProfileAccess,
  requireReadable,
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

describe('the rights on a document', () => {
  const users = [
    { user: 'owner', canRead: true, canWrite: true, owns: true },
    { user: 'writer', canRead: true, canWrite: true, owns: false },
    { user: 'reader', canRead: true, canWrite: false, owns: false },
    { user: 'other', canRead: false, canWrite: false, owns: false },
    { user: 'Owner', canRead: false, canWrite: false, owns: false },
  ];

  test.each(users)('$user may read: $canRead', ({ user, canRead }) => {
    expect(mayRead(caller(user), document)).toBe(canRead);
  });

  test.each(users)('$user may write: $canWrite', ({ user, canWrite }) => {
    expect(mayWrite(caller(user), document)).toBe(canWrite);
  });

  test.each(users)('$user is the owner: $owns', ({ user, owns }) => {
    expect(isOwner(caller(user), document)).toBe(owns);
  });

  test('do not depend on roles', () => {
    const other = caller('other', ['Profiles.Manage', 'Documents.Read']);
    expect(mayRead(other, document)).toBe(false);
  });
});

describe('requireReadable', () => {
  const stored = { value: document, etag: 'x' };

  test('returns a document that the caller may read', () => {
    expect(requireReadable(caller('reader'), stored)).toBe(stored);
  });

  test('throws not_found for a document that the caller may not read', () => {
    expect(() => requireReadable(caller('other'), stored)).toThrow(
      expect.objectContaining({ code: 'not_found' }),
    );
  });

  test('throws not_found for a document that does not exist', () => {
    expect(() => requireReadable(caller('owner'), undefined)).toThrow(
      expect.objectContaining({ code: 'not_found' }),
    );
  });
});

const profiles = [
  { userId: 'me', roles: [], allowed: true },
  { userId: 'other', roles: [], allowed: false },
  { userId: 'other', roles: ['Profiles.Manage'], allowed: true },
  { userId: 'other', roles: ['profiles.manage', 'Profiles.Manage.All'], allowed: false },
];

test.each(profiles)(
  'the user "me" with the roles $roles may access the profile of $userId: $allowed',
  ({ userId, roles, allowed }) => {
    expect(mayAccessProfile(caller('me', roles), userId)).toBe(allowed);
  },
);

test('requireProfileAccess throws forbidden for the profile of another user', () => {
  expect(() => requireProfileAccess(caller('me'), 'other')).toThrow(
    expect.objectContaining({ code: 'forbidden' }),
  );
});
