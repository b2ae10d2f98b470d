import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Stack, startStack } from '../support/stack.ts';
import { createOnly } from './apis.ts';
import { etagOf, signIn, type User } from './user.ts';

/** A property of a table row has at most 64 KiB of UTF-16. */
const maxTextLength = 32 * 1024;

let stack: Stack;
let alice: User;
let bob: User;
let carol: User;
beforeAll(async () => {
  stack = await startStack();
  alice = await signIn(stack, 'alice');
  bob = await signIn(stack, 'bob');
  carol = await signIn(stack, 'carol');
}, 120_000);
afterAll(() => stack?.stop());

describe('a private document', () => {
  test('is created with its creator as the owner', async () => {
    const id = randomUUID();
    expect(await alice.create(id, { title: 'One', text: 'first' })).toMatchObject({
      status: 201,
      json: {
        id,
        title: 'One',
        text: 'first',
        owner: alice.objectId,
        readers: [],
        writers: [],
      },
    });
  });

  test('is read with the ETag of its creation', async () => {
    const id = randomUUID();
    const created = await alice.create(id, { title: 'One', text: 'first' });
    expect(etagOf(await alice.read(id))).toBe(etagOf(created));
  });

  test('is listed for its owner only', async () => {
    const id = randomUUID();
    await alice.create(id, { title: 'One', text: 'first' });
    expect(await alice.listIds()).toContain(id);
    expect(await bob.listIds()).not.toContain(id);
  });

  test('is neither found nor listed after its deletion', async () => {
    const id = randomUUID();
    await alice.create(id, { title: 'One', text: 'first' });
    expect((await alice.delete(id)).status).toBe(204);
    expect((await alice.read(id)).status).toBe(404);
    expect(await alice.listIds()).not.toContain(id);
  });
});

describe('a shared document', () => {
  /** Alice creates a document, then shares it with carol as a reader and bob as a writer. */
  async function share(): Promise<string> {
    const id = randomUUID();
    await alice.create(id, { title: 'One', text: 'first' });
    const readers = [carol.objectId];
    const writers = [bob.objectId];
    const shared = await alice.update(id, { title: 'Two', text: 'second', readers, writers });
    expect(shared.status).toBe(200);
    return id;
  }

  test('is listed for its writer', async () => {
    const id = await share();
    expect(await bob.listIds()).toContain(id);
  });

  test('is readable for its reader', async () => {
    const id = await share();
    expect((await carol.read(id)).json.text).toBe('second');
  });

  test('cannot be changed by its reader', async () => {
    const id = await share();
    expect((await carol.update(id, { title: 'x', text: 'y' })).json).toMatchObject({
      status: 403,
      code: 'forbidden',
    });
  });

  test('keeps its owner, readers and writers when its writer changes it', async () => {
    const id = await share();
    expect(await bob.update(id, { title: 'Three', text: 'third' })).toMatchObject({
      status: 200,
      json: {
        title: 'Three',
        owner: alice.objectId,
        readers: [carol.objectId],
        writers: [bob.objectId],
      },
    });
  });

  test('cannot be shared further by its writer', async () => {
    const id = await share();
    expect((await bob.update(id, { title: 'x', text: 'y', readers: [] })).json).toMatchObject({
      status: 403,
      code: 'forbidden',
    });
  });

  test('cannot be deleted by its writer', async () => {
    const id = await share();
    expect((await bob.delete(id)).json).toMatchObject({ status: 403, code: 'forbidden' });
  });

  test('is neither found nor listed for a user who is no longer a writer', async () => {
    const id = await share();
    await bob.update(id, { title: 'Three', text: 'third' });
    await alice.update(id, { title: 'Four', text: 'fourth', readers: [], writers: [] });
    expect((await bob.read(id)).status).toBe(404);
    expect(await bob.listIds()).not.toContain(id);
  });
});

describe.each(['山', 'é', '👩'])('the longest text, made of %s', (character) => {
  // An offset moves the characters across the boundaries of the chunks that a request consists of.
  test.each([0, 1, 2])('is read back unchanged after %i other characters', async (shift) => {
    const count = Math.floor((maxTextLength - shift) / character.length);
    const text = 'x'.repeat(shift) + character.repeat(count);
    const id = `long-${character.codePointAt(0)}-${shift}`;
    expect((await alice.create(id, { title: character, text })).status).toBe(201);

    const { json } = await alice.read(id);
    const isSameText = json.text === text;
    expect(json.title).toBe(character);
    // A boolean, since a report of the difference would be 64 KiB long.
    expect(isSameText).toBe(true);
  });
});

test('of 20 concurrent writers of one version, exactly one succeeds', async () => {
  await alice.create('race', { title: 'Race', text: 'start' });
  const headers = { 'if-match': etagOf(await alice.read('race')) };
  const responses = await Promise.all(
    Array.from({ length: 20 }, (_, index) => {
      const json = { title: 'Race', text: `writer ${index}` };
      return alice.call('documents/race', { method: 'PUT', json, headers });
    }),
  );
  const winners = responses.filter(({ status }) => status === 200);
  expect(winners).toHaveLength(1);
  expect(responses.filter(({ status }) => status === 412)).toHaveLength(19);
  expect((await alice.read('race')).json.text).toBe(winners[0]?.json.text);
});

test('of 21 concurrent creators of one id, exactly one succeeds', async () => {
  const users = [alice, bob, carol];
  const responses = await Promise.all(
    Array.from({ length: 21 }, (_, index) => {
      const user = users[index % users.length] as User;
      return user.create('same-id', { title: 'Mine', text: user.objectId });
    }),
  );
  expect(responses.filter(({ status }) => status === 201)).toHaveLength(1);
  expect(responses.filter(({ status }) => status === 412)).toHaveLength(20);
});

describe('pages of documents', () => {
  const pageSize = 7;
  const documentCount = 25;
  /** A user with whom no other test shares a document. */
  let greta: User;
  interface Page {
    readonly documents: readonly { readonly id: string; readonly etag: string }[];
    readonly continuation?: string;
  }

  beforeAll(async () => {
    greta = await signIn(stack, 'greta');
    await Promise.all(
      Array.from({ length: documentCount }, (_, index) =>
        greta.create(`page-${String(index).padStart(2, '0')}`, { title: 'P', text: '' }),
      ),
    );
  });

  async function readPages(): Promise<readonly Page[]> {
    const pages: Page[] = [];
    let query = '';
    for (;;) {
      const { json } = await greta.call(`documents?limit=${pageSize}${query}`);
      pages.push(json);
      if (json.continuation === undefined) return pages;
      query = `&continuation=${json.continuation}`;
    }
  }

  test('contain all documents without gaps or repeats', async () => {
    const allIds = await greta.listIds();
    const pages = await readPages();
    expect(pages.flatMap(({ documents }) => documents.map(({ id }) => id))).toEqual(allIds);
    expect(allIds).toHaveLength(documentCount);
    expect(pages).toHaveLength(Math.ceil(documentCount / pageSize));
  });

  test('contain the ETag of each document', async () => {
    for (const { documents } of await readPages()) {
      for (const { etag } of documents) expect(etag).toMatch(/./);
    }
  });
});

test('a profile is empty and without an ETag until its user saves it', async () => {
  // The only user who has no profile in the seed data and can sign in.
  const gina = await signIn(stack, 'gina');
  const empty = await gina.call('profiles/me');
  expect(empty.json).toMatchObject({ displayName: '', jobTitle: '', phone: '', modified: '' });
  expect(empty.headers.has('etag')).toBe(false);

  const saved = await gina.call('profiles/me', {
    method: 'PUT',
    json: { displayName: 'Gina 𝒢' },
    headers: createOnly,
  });
  expect(saved).toMatchObject({ status: 201, json: { displayName: 'Gina 𝒢', jobTitle: '' } });
  expect(etagOf(await gina.call('profiles/me'))).toBe(etagOf(saved));
});
