import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { readDirectory } from '../../../local/emulators/entra/directory.ts';

interface Seed {
  readonly documents: readonly {
    id: string;
    owner: string;
    title: string;
    text: string;
    readers: readonly string[];
    writers: readonly string[];
  }[];
  readonly profiles: readonly {
    user: string;
    displayName: string;
    jobTitle: string;
    phone: string;
  }[];
}
const { documents, profiles }: Seed = JSON.parse(
  readFileSync(new URL('../../../local/seed.json', import.meta.url), 'utf8'),
);
const directory = readDirectory(undefined, 'http://localhost:5555');

test('names only users of the directory, and shares within one tenant only', () => {
  for (const { owner, readers, writers } of documents) {
    const tenants = [owner, ...readers, ...writers].map(
      (name) => directory.userByName(name)?.tenant,
    );
    expect(new Set(tenants)).toEqual(new Set([directory.userByName(owner)?.tenant ?? 'nobody']));
  }
  for (const { user, displayName } of profiles)
    expect(directory.userByName(user)?.displayName).toBe(displayName);
});

test('gives alice three documents, one of them shared with bob to write and carol to read', () => {
  const own = documents.filter(({ owner }) => owner === 'alice');

  expect(own).toHaveLength(3);
  expect(own.filter(({ readers, writers }) => readers.length + writers.length > 0)).toMatchObject([
    { readers: ['carol'], writers: ['bob'] },
  ]);
});

test('has ids that the API takes, each once', () => {
  for (const { id } of documents) expect(id).toMatch(/^[A-Za-z0-9_.-]{1,64}$/);
  expect(new Set(documents.map(({ id }) => id)).size).toBe(documents.length);
});
