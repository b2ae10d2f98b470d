import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { call } from '../support/call.ts';
import { type Stack, startStack } from '../support/stack.ts';
import { until } from '../support/until.ts';

let stack: Stack;
const tokens: Record<string, string> = {};
const oids: Record<string, string> = {};
const users = ['alice', 'bob', 'carol'];

beforeAll(async () => {
  stack = await startStack();
  for (const user of users) {
    tokens[user] = await stack.token(user);
    oids[user] = (
      await call(`${stack.urls.originalApi}/profiles/me`, { token: tokens[user] })
    ).json.userId;
  }
}, 120_000);
afterAll(() => stack?.stop());

const as = (
  user: string,
  path: string,
  options: { method?: string; json?: unknown; headers?: Record<string, string> } = {},
) => call(`${stack.urls.originalApi}/${path}`, { token: tokens[user] as string, ...options });
const put = (user: string, id: string, json: object, headers: Record<string, string>) =>
  as(user, `documents/${id}`, { method: 'PUT', json, headers });
const idsOf = async (user: string) =>
  (await as(user, 'documents?limit=100')).json.documents.map(
    (document: { id: string }) => document.id,
  );
const etagOf = async (user: string, id: string) =>
  (await as(user, `documents/${id}`)).headers.get('etag') as string;

test('a document lives: created, read with its ETag, updated, shared, unshared, deleted', async () => {
  const created = await put(
    'alice',
    'life',
    { title: 'One', text: 'first' },
    { 'if-none-match': '*' },
  );
  expect(created).toMatchObject({
    status: 201,
    json: { id: 'life', title: 'One', text: 'first', owner: oids.alice, readers: [], writers: [] },
  });
  expect(await etagOf('alice', 'life')).toBe(created.headers.get('etag'));
  expect(await idsOf('alice')).toContain('life');
  expect(await idsOf('bob')).not.toContain('life');

  const shared = await put(
    'alice',
    'life',
    { title: 'Two', text: 'second', readers: [oids.carol], writers: [oids.bob] },
    { 'if-match': await etagOf('alice', 'life') },
  );
  expect(shared.status).toBe(200);
  expect(await idsOf('bob')).toContain('life');
  expect((await as('carol', 'documents/life')).json.text).toBe('second');

  expect(
    (
      await put(
        'carol',
        'life',
        { title: 'x', text: 'y' },
        { 'if-match': await etagOf('carol', 'life') },
      )
    ).json,
  ).toMatchObject({
    status: 403,
    code: 'forbidden',
  });
  expect(
    (
      await put(
        'bob',
        'life',
        { title: 'x', text: 'y', readers: [] },
        { 'if-match': await etagOf('bob', 'life') },
      )
    ).json,
  ).toMatchObject({ status: 403, code: 'forbidden' });
  const byBob = await put(
    'bob',
    'life',
    { title: 'Three', text: 'third' },
    { 'if-match': await etagOf('bob', 'life') },
  );
  expect(byBob).toMatchObject({
    status: 200,
    json: { title: 'Three', owner: oids.alice, readers: [oids.carol], writers: [oids.bob] },
  });
  expect(
    (
      await as('bob', 'documents/life', {
        method: 'DELETE',
        headers: { 'if-match': await etagOf('bob', 'life') },
      })
    ).json,
  ).toMatchObject({ status: 403, code: 'forbidden' });

  await put(
    'alice',
    'life',
    { title: 'Four', text: 'fourth', readers: [], writers: [] },
    { 'if-match': await etagOf('alice', 'life') },
  );
  expect((await as('bob', 'documents/life')).status).toBe(404);
  expect(await idsOf('bob')).not.toContain('life');

  expect(
    (
      await as('alice', 'documents/life', {
        method: 'DELETE',
        headers: { 'if-match': await etagOf('alice', 'life') },
      })
    ).status,
  ).toBe(204);
  expect((await as('alice', 'documents/life')).status).toBe(404);
  expect(await idsOf('alice')).not.toContain('life');
});

test.each(['山', 'é', '👩'])(
  'a text of %s as long as a row holds comes back as it was, wherever it is cut on its way',
  async (character) => {
    for (const shift of [0, 1, 2]) {
      const text =
        'x'.repeat(shift) + character.repeat(Math.floor((32 * 1024 - shift) / character.length));
      const id = `long-${character.codePointAt(0)}-${shift}`;
      expect(
        (await put('alice', id, { title: character, text }, { 'if-none-match': '*' })).status,
      ).toBe(201);
      const { title, text: read } = (await as('alice', `documents/${id}`)).json;
      expect({ title, same: read === text }).toEqual({ title: character, same: true });
    }
  },
);

test('who may not is told no reason, and the log of Downstream names the check, so that "not there" and "not shared" are two things there', async () => {
  const created = await put(
    'alice',
    'why',
    { title: 'Why', text: '', writers: [oids.bob] },
    { 'if-none-match': '*' },
  );
  const etag = { 'if-match': created.headers.get('etag') as string };
  const change = { title: 'x', text: 'y' };
  const denied: [string, number, ReturnType<typeof as>][] = [
    ['exists', 404, as('carol', 'documents/why-not')],
    ['reader', 404, as('carol', 'documents/why')],
    ['reader', 404, put('carol', 'why', change, etag)],
    ['owner', 403, as('bob', 'documents/why', { method: 'DELETE', headers: etag })],
    ['owner', 403, put('bob', 'why', { ...change, writers: [] }, etag)],
    ['precondition', 412, put('alice', 'why', change, { 'if-none-match': '*' })],
    ['own-or-manager', 403, as('carol', `profiles/${oids.alice}`)],
  ];
  for (const [check, status, answer] of denied) {
    const { json } = await answer;
    expect(json).toMatchObject({ status });
    const ofDownstream = (line: string) =>
      line.includes(json.correlationId) && line.includes('"downstream-api"');
    await until(`the line of ${check}`, () => stack.output().some(ofDownstream));
    expect(JSON.parse(stack.output().find(ofDownstream) as string)).toMatchObject({
      status,
      check,
    });
  }
});

test('of 20 writers who have read the same version exactly one is not told of a conflict', async () => {
  await put('alice', 'race', { title: 'Race', text: 'start' }, { 'if-none-match': '*' });
  const etag = await etagOf('alice', 'race');
  const answers = await Promise.all(
    Array.from({ length: 20 }, (_, index) =>
      put('alice', 'race', { title: 'Race', text: `writer ${index}` }, { 'if-match': etag }),
    ),
  );
  const winners = answers.filter(({ status }) => status === 200);
  expect(winners).toHaveLength(1);
  expect(answers.filter(({ status }) => status === 412)).toHaveLength(19);
  expect((await as('alice', 'documents/race')).json.text).toBe(winners[0]?.json.text);
});

test('of 20 who create the same id exactly one owns it', async () => {
  const answers = await Promise.all(
    users.flatMap((user) =>
      Array.from({ length: 7 }, () =>
        put(user, 'mine', { title: 'Mine', text: user }, { 'if-none-match': '*' }),
      ),
    ),
  );
  expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
  expect(answers.filter(({ status }) => status === 412)).toHaveLength(20);
});

test('pages go through all documents without gaps or repeats', async () => {
  await Promise.all(
    Array.from({ length: 25 }, (_, index) =>
      put(
        'carol',
        `page-${String(index).padStart(2, '0')}`,
        { title: 'P', text: '' },
        { 'if-none-match': '*' },
      ),
    ),
  );
  const all = await idsOf('carol');
  const seen: string[] = [];
  let continuation: string | undefined = '';
  let pages = 0;
  while (continuation !== undefined) {
    const { json }: { json: { documents: { id: string; etag: string }[]; continuation?: string } } =
      await as('carol', `documents?limit=7${continuation && `&continuation=${continuation}`}`);
    expect(json.documents.every(({ etag }) => etag.length > 0)).toBe(true);
    seen.push(...json.documents.map(({ id }) => id));
    continuation = json.continuation;
    pages += 1;
  }
  expect(seen).toEqual(all);
  expect(pages).toBe(Math.floor(all.length / 7) + 1);
});

test('a profile that nobody has saved is empty and one’s own; saved once, it keeps', async () => {
  const token = await stack.token('gina');
  const profile = (options = {}) =>
    call(`${stack.urls.originalApi}/profiles/me`, { token, ...options });
  const empty = await profile();
  if (empty.headers.has('etag'))
    throw new Error('gina has a profile already: the seed has changed');
  expect(empty.json).toMatchObject({ displayName: '', jobTitle: '', phone: '', modified: '' });
  const saved = await profile({
    method: 'PUT',
    json: { displayName: 'Gina 𝒢' },
    headers: { 'if-none-match': '*' },
  });
  expect(saved).toMatchObject({ status: 201, json: { displayName: 'Gina 𝒢', jobTitle: '' } });
  expect((await profile()).headers.get('etag')).toBe(saved.headers.get('etag'));
});
