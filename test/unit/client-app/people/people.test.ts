import { expect, test } from '@jest/globals';
import type { ProblemCode } from '../../../../shared/browser/problem-code.ts';
import { alice, bob, bobby, createTestPeople, settle, unknownId } from './create-test-people.ts';

/** A different object id for each index. */
const idOf = (index: number) => `00000000-0000-4000-9000-${String(index).padStart(12, '0')}`;

test('returns the shortened id until the name is known, and then draws the name', async () => {
  const { people, world } = createTestPeople();
  expect(people.nameOf(bob.id)).toBe('b0b00000…0002');
  await settle();
  expect(people.nameOf(bob.id)).toBe('Bob Berg');
  expect(world.draws).toBe(1);
});

test('sends one request for a person, however often the name is drawn', async () => {
  const { people, world } = createTestPeople();
  people.nameOf(bob.id);
  people.nameOf(bob.id);
  await settle();
  people.nameOf(bob.id);
  await settle();
  expect(world.paths).toEqual([`people/${bob.id}`]);
});

test('sends one request for an id that the directory does not know', async () => {
  const { people, world } = createTestPeople();
  people.nameOf(unknownId);
  await settle();
  expect(people.nameOf(unknownId)).toBe('00000000…0000');
  await settle();
  expect(world.paths).toHaveLength(1);
  expect(people.unavailable).toBeUndefined();
});

test('sends no request for the signed-in user', async () => {
  const { people, world } = createTestPeople();
  expect(people.nameOf(alice.id)).toBe('Alice Almeida');
  await settle();
  expect(world.paths).toEqual([]);
});

test('sends no request for a person that a search has found', async () => {
  const { people, world } = createTestPeople();
  await people.search('bob');
  expect(people.nameOf(bobby.id)).toBe('Bobby Brown');
  await settle();
  expect(world.paths).toEqual(['people?search=bob']);
});

test('escapes the text of a search', async () => {
  const { people, world } = createTestPeople();
  await people.search('a&b=\ud83d');
  expect(world.paths).toEqual(['people?search=a%26b%3D%EF%BF%BD']);
});

test('looks up four people at once after the first one is known', async () => {
  const { people, world } = createTestPeople();
  world.holds = true;
  for (let index = 0; index < 20; index += 1) people.get(idOf(index));
  await settle();
  expect(world.waitingCount).toBe(1);
  for (let answers = 0; answers < 10; answers += 1) await world.answer();
  expect(world.waitingCount).toBe(4);
});

test('looks up nobody for a minute after a failure', async () => {
  const { people, world } = createTestPeople();
  world.problem = 'consent_required';
  for (let index = 0; index < 20; index += 1) people.get(idOf(index));
  await settle();
  world.problem = undefined;
  world.time = 59_999;
  people.get(bob.id);
  await settle();
  expect(world.paths).toHaveLength(1);
  world.time = 60_000;
  people.get(bob.id);
  await settle();
  expect(people.nameOf(bob.id)).toBe('Bob Berg');
});

test('looks up names again as soon as a search succeeds', async () => {
  const { people, world } = createTestPeople();
  world.problem = 'unavailable';
  people.get(unknownId);
  await settle();
  world.problem = undefined;
  await people.search('alice');
  people.get(bob.id);
  await settle();
  expect(people.nameOf(bob.id)).toBe('Bob Berg');
});

test('looks up at most 1,000 people, so that a long list ends', async () => {
  const { people, world } = createTestPeople();
  const drawList = async () => {
    for (let index = 0; index < 1_100; index += 1) people.get(idOf(index));
    for (let turns = 0; turns < 300; turns += 1) await settle();
  };
  await drawList();
  await drawList();
  expect(world.paths).toHaveLength(1_000);
});

test.each<{ code: ProblemCode; unavailable: ProblemCode | undefined }>([
  { code: 'admin_consent_required', unavailable: 'admin_consent_required' },
  { code: 'unavailable', unavailable: 'unavailable' },
  { code: 'not_found', unavailable: 'not_found' },
  { code: 'forbidden', unavailable: 'forbidden' },
  { code: 'consent_required', unavailable: undefined },
  { code: 'step_up_required', unavailable: undefined },
])(
  'after a search with $code, people are unavailable because of $unavailable',
  async ({ code, unavailable }) => {
    const { people, world } = createTestPeople();
    world.problem = code;
    await expect(people.search('bob')).rejects.toThrow(code);
    expect(people.unavailable?.code).toBe(unavailable);
  },
);

test('finds nobody for a text that the API does not accept', async () => {
  const { people, world } = createTestPeople();
  world.problem = 'bad_request';
  expect(await people.search('(')).toEqual([]);
  expect(people.unavailable).toBeUndefined();
});

test('people are available again after a request that succeeds', async () => {
  const { people, world } = createTestPeople();
  world.problem = 'unavailable';
  await expect(people.search('bob')).rejects.toThrow('unavailable');
  world.problem = undefined;
  await people.search('bob');
  expect(people.unavailable).toBeUndefined();
});
