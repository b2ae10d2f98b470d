import { expect, test } from '@jest/globals';
import type { ReturnedAction } from '../../../../shared/browser/entra-visit.ts';
import type { Problem } from '../../../../shared/browser/problem.ts';
import { createPickerWorld } from './create-picker.ts';
import { bob, unknownId } from './create-test-people.ts';

test('sends one request when the user stops typing', async () => {
  const { picker, world, pass } = createPickerWorld();
  for (const text of ['b', 'bo', 'bob']) {
    void picker.type(text);
    await pass(299);
  }
  expect(world.paths).toEqual([]);
  await pass(1);
  expect(world.paths).toEqual(['people?search=bob']);
});

test('sends no request for an empty field', async () => {
  const { search, world } = createPickerWorld();
  await search('   ');
  expect(world.paths).toEqual([]);
});

test('sends no request for a pasted object id', async () => {
  const { search, world } = createPickerWorld();
  await search(unknownId);
  expect(world.paths).toEqual([]);
});

test('searches for the first 64 characters of a long text', async () => {
  const { search, world } = createPickerWorld();
  await search('b'.repeat(65));
  expect(world.paths).toEqual([`people?search=${'b'.repeat(64)}`]);
});

test('drops a response when the user has typed on', async () => {
  const { picker, search, world } = createPickerWorld();
  world.holds = true;
  await search('b');
  void picker.type('bobb');
  await world.answer();
  expect(picker.options).toEqual([]);
  expect(picker.search.isCurrent).toBe(false);
});

test('drops a response when the user has emptied the field', async () => {
  const { picker, search, world } = createPickerWorld();
  world.holds = true;
  await search('b');
  await search('');
  await world.answer();
  expect(picker.options).toEqual([]);
});

test('sends one request at a time, and then one for the newest text', async () => {
  const { picker, search, world } = createPickerWorld();
  world.holds = true;
  await search('b');
  await search('bo');
  await search('bobb');
  expect(world.paths).toEqual(['people?search=b']);
  await world.answer();
  expect(world.paths).toEqual(['people?search=b', 'people?search=bobb']);
  await world.answer();
  expect(picker.options.map(({ name }) => name)).toEqual(['Bobby Brown']);
});

test('sends no request after the view has closed', async () => {
  const { picker, pass, world } = createPickerWorld();
  void picker.type('bob');
  picker.search.close();
  await pass(300);
  expect(world.paths).toEqual([]);
});

test('opens the consent dialog when a permission is missing', async () => {
  const { picker, search, world } = createPickerWorld();
  world.problem = 'consent_required';
  await search('bob');
  expect(picker.search.failure?.dialogOpen).toBe(true);
  expect(picker.problem?.code).toBe('consent_required');
});

/** The picker of the page that opens when the user returns from the consent page. */
async function returnFromEntra(returned: Partial<ReturnedAction>) {
  const before = createPickerWorld();
  before.world.problem = 'consent_required';
  await before.search('bob');
  await before.picker.search.failure?.interact();
  before.world.problem = undefined;
  const { picker } = before.openPage();
  const [left] = before.interactions;
  picker.resume({
    page: '',
    action: 'find-readers',
    code: 'consent_required',
    ...left,
    ...returned,
  });
  await before.pass(0);
  return { ...before, picker };
}

test('continues the search after the consent, with the same text', async () => {
  const { picker, interactions } = await returnFromEntra({});
  expect(interactions).toEqual([
    { action: 'find-readers', code: 'consent_required', input: 'bob' },
  ]);
  expect(picker.search.text).toBe('bob');
  expect(picker.isResumed).toBe(true);
  expect(picker.isOpen).toBe(true);
});

test('keeps the text of a user who gave no permission, and sends nothing', async () => {
  const problem: Problem = {
    code: 'consent_required',
    status: 0,
    correlationId: '',
    declined: true,
  };
  const { picker, world } = await returnFromEntra({ problem });
  expect(picker.search.text).toBe('bob');
  expect(picker.search.failure?.dialogOpen).toBe(false);
  expect(picker.problem?.code).toBe('consent_required');
  expect(world.paths).toHaveLength(1);
});

test('does not continue the search of another field', async () => {
  const { picker } = await returnFromEntra({ action: 'find-writers' });
  expect(picker.search.text).toBe('');
  expect(picker.isResumed).toBe(false);
});

test.each(['admin_consent_required', 'unavailable', 'unexpected'] as const)(
  'opens no dialog and retries nothing after %s',
  async (code) => {
    const { picker, search, world } = createPickerWorld();
    world.problem = code;
    await search('bob');
    await search('bobb');
    expect(picker.search.failure).toBeUndefined();
    expect(picker.problem?.code).toBe(code);
    expect(world.paths).toHaveLength(1);
  },
);

test('searches again when the user asks for it', async () => {
  const { picker, search, world, pass } = createPickerWorld();
  world.problem = 'unavailable';
  await search('bob');
  world.problem = undefined;
  picker.retry();
  await pass(0);
  expect(picker.problem).toBeUndefined();
  expect(picker.options.map(({ id }) => id)).toContain(bob.id);
  expect(picker.isOpen).toBe(true);
});
