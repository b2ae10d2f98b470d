import { expect, test } from '@jest/globals';
import { createPickerWorld } from './create-picker.ts';
import { alice, bob, bobby, unknownId } from './create-test-people.ts';

/** A picker whose list is open, with Bob and Bobby in it. */
async function openList() {
  const page = createPickerWorld();
  await page.search('bob');
  return page;
}

test('opens the list of the people found, without an active one', async () => {
  const { picker } = await openList();
  expect(picker.isOpen).toBe(true);
  expect(picker.options.map(({ name }) => name)).toEqual(['Bob Berg', 'Bobby Brown']);
  expect(picker.activeId).toBeUndefined();
});

test.each([
  { keys: ['ArrowDown'], active: bob.id },
  { keys: ['ArrowDown', 'ArrowDown'], active: bobby.id },
  { keys: ['ArrowDown', 'ArrowDown', 'ArrowDown'], active: bob.id },
  { keys: ['ArrowUp'], active: bobby.id },
  { keys: ['ArrowUp', 'ArrowUp', 'ArrowUp'], active: bobby.id },
  { keys: ['ArrowDown', 'ArrowLeft'], active: undefined },
  { keys: ['ArrowDown', 'Home'], active: undefined },
])('after $keys, the active option is $active', async ({ keys, active }) => {
  const { picker, press } = await openList();
  for (const key of keys) press(key);
  expect(picker.activeId).toBe(active);
});

test('Enter chooses the active person, empties the field and closes the list', async () => {
  const { picker, press, announced } = await openList();
  press('ArrowDown');
  expect(press('Enter')).toBe(true);
  expect(picker.chosen).toEqual([bob.id]);
  expect(picker.search.text).toBe('');
  expect(picker.isOpen).toBe(false);
  expect(announced).toEqual(['Bob Berg added.']);
});

test('Enter neither chooses nor submits without an active person', async () => {
  const { picker, press } = await openList();
  expect(press('Enter')).toBe(true);
  expect(picker.chosen).toEqual([]);
  expect(picker.search.text).toBe('bob');
});

test.each([
  { title: 'stays active', arrows: 2, active: bobby.id },
  { title: 'is active no more when they are not in it', arrows: 1, active: undefined },
])('with a newer list, the active person $title', async ({ arrows, active }) => {
  const { picker, press, search, world } = await openList();
  world.holds = true;
  await search('bobb');
  for (let count = 0; count < arrows; count += 1) press('ArrowDown');
  await world.answer();
  expect(picker.options.map(({ id }) => id)).toEqual([bobby.id]);
  expect(picker.activeId).toBe(active);
});

test('typing makes no person active', async () => {
  const { picker, press } = await openList();
  press('ArrowDown');
  void picker.type('bobb');
  expect(picker.activeId).toBeUndefined();
});

test('Escape closes the list, and then empties the field', async () => {
  const { picker, press } = await openList();
  expect(press('Escape')).toBe(true);
  expect(picker.isOpen).toBe(false);
  expect(picker.search.text).toBe('bob');
  expect(press('Escape')).toBe(true);
  expect(picker.search.text).toBe('');
  expect(press('Escape')).toBe(false);
});

test('Alt and an arrow open and close the list without an active person', async () => {
  const { picker, press } = await openList();
  press('ArrowUp', true);
  expect(picker.isOpen).toBe(false);
  press('ArrowDown', true);
  expect(picker.isOpen).toBe(true);
  expect(picker.activeId).toBeUndefined();
});

test('leaves other keys to the browser', async () => {
  const { press } = await openList();
  expect(press('x')).toBe(false);
  expect(press('Tab')).toBe(false);
});

test('closes the list when the field loses the focus', async () => {
  const { picker } = await openList();
  picker.blur();
  expect(picker.isOpen).toBe(false);
  expect(picker.search.text).toBe('bob');
});

test('does not open the list for a response after the field has lost the focus', async () => {
  const { picker, world, search } = createPickerWorld();
  world.holds = true;
  await search('bob');
  picker.blur();
  await world.answer();
  expect(picker.isOpen).toBe(false);
});

test('an arrow key searches at once for a text that was not searched for', async () => {
  const { picker, press, pass, world } = createPickerWorld();
  void picker.type('bob');
  press('ArrowDown');
  await pass(0);
  expect(picker.isOpen).toBe(true);
  await pass(300);
  expect(world.paths).toEqual(['people?search=bob']);
});

test('offers neither the user nor people who are chosen', async () => {
  const { picker, search } = createPickerWorld();
  picker.add(bob.id);
  await search('bob');
  expect(picker.options.map(({ id }) => id)).toEqual([bobby.id]);
  await search('alice');
  expect(picker.search.found.map(({ id }) => id)).toEqual([alice.id]);
  expect(picker.options).toEqual([]);
});

test('removes a person', async () => {
  const { picker, announced } = await openList();
  picker.add(bob.id);
  picker.add(bobby.id);
  picker.remove(bob.id);
  expect(picker.chosen).toEqual([bobby.id]);
  expect(announced.at(-1)).toBe('Bob Berg removed.');
});

test('Enter adds the object ids in the field', async () => {
  const { picker, press, announced } = createPickerWorld();
  void picker.type(`${bob.id}, ${unknownId.toUpperCase()}`);
  press('Enter');
  expect(picker.chosen).toEqual([bob.id, unknownId]);
  expect(picker.search.text).toBe('');
  expect(announced).toEqual(['2 people added.']);
});

test('adds the object ids in the field when it loses the focus', () => {
  const { picker } = createPickerWorld();
  void picker.type(bob.id);
  picker.blur();
  expect(picker.chosen).toEqual([bob.id]);
});

test('adds an object id once', () => {
  const { picker } = createPickerWorld();
  picker.add(bob.id);
  void picker.type(bob.id);
  picker.blur();
  expect(picker.chosen).toEqual([bob.id]);
});

/** A picker that accepts only object ids. */
async function openForIds() {
  const page = createPickerWorld();
  page.world.problem = 'admin_consent_required';
  await page.search('bob');
  return page;
}

test('adds an object id while people cannot be looked up', async () => {
  const { picker, press } = await openForIds();
  void picker.type(bob.id);
  press('Enter');
  expect(picker.chosen).toEqual([bob.id]);
  expect(picker.rejected).toEqual([]);
});

test('rejects a name while people cannot be looked up, and keeps it in the field', async () => {
  const { picker, press } = await openForIds();
  void picker.type(`${bob.id} bobby`);
  press('Enter');
  expect(picker.chosen).toEqual([bob.id]);
  expect(picker.search.text).toBe('bobby');
  expect(picker.rejected).toEqual(['bobby']);
  void picker.type('bobb');
  expect(picker.rejected).toEqual([]);
});

test('does not reject a name while people can be looked up', async () => {
  const { picker, press } = await openList();
  press('Enter');
  expect(picker.rejected).toEqual([]);
});

test('does not reject a name when the field loses the focus to a dialog', async () => {
  const { picker } = await openForIds();
  picker.blur();
  expect(picker.rejected).toEqual([]);
});

test('has no list while people cannot be looked up', async () => {
  const { picker, press, search, world } = await openList();
  world.problem = 'unavailable';
  await search('bobb');
  expect(picker.isOpen).toBe(false);
  expect(press('ArrowDown')).toBe(false);
  expect(press('Escape')).toBe(false);
  expect(picker.search.text).toBe('bobb');
});
