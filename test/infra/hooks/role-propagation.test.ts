import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { waitForRoles } from '../../../infra/hooks/role-propagation.ts';
import { type FakeAzure, startFakeAzure } from './fake-azure.ts';

let fake: FakeAzure;

beforeEach(async () => {
  fake = await startFakeAzure();
});

afterEach(() => fake.close());

const wait = () =>
  waitForRoles({ azure: fake.azure, groupId: '/group', clock: fake.clock, log: () => {} });

test('waits until the newest role assignment is 5 minutes old', async () => {
  fake.state.newestRoleTime = fake.clock.now() - 60_000;
  await wait();
  expect(fake.clock.slept).toEqual([240_000]);
});

test('does not wait for old role assignments', async () => {
  fake.state.newestRoleTime = fake.clock.now() - 300_000;
  await wait();
  expect(fake.clock.slept).toEqual([]);
});
