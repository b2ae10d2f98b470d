import { expect, test } from '@jest/globals';
import { readDirectory } from '../../../local/emulators/entra/directory.ts';
import { readSeedData } from '../../../local/seed.ts';

const { documents, profiles } = readSeedData();
const directory = readDirectory(undefined, 'http://localhost:5555');

test.each(documents)('$id names users of one tenant', ({ owner, readers, writers }) => {
  const tenant = directory.userByName(owner)?.tenant;
  expect(tenant).toBeDefined();
  for (const name of [...readers, ...writers])
    expect(directory.userByName(name)?.tenant).toBe(tenant);
});

test.each(profiles)('the profile of $user has the name of the directory', (profile) => {
  expect(directory.userByName(profile.user)?.displayName).toBe(profile.displayName);
});

test('alice owns three documents, and bob may write and carol may read one of them', () => {
  const owned = documents.filter(({ owner }) => owner === 'alice');
  const shared = owned.filter(({ readers, writers }) => readers.length + writers.length > 0);
  expect(owned).toHaveLength(3);
  expect(shared).toMatchObject([{ readers: ['carol'], writers: ['bob'] }]);
});

test('every document has a valid id', () => {
  for (const { id } of documents) expect(id).toMatch(/^[A-Za-z0-9_.-]{1,64}$/);
});

test('no two documents have the same id', () => {
  expect(new Set(documents.map(({ id }) => id)).size).toBe(documents.length);
});
