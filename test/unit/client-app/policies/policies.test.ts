import { expect, test } from '@jest/globals';
import type { EmulatorControl, Policy } from '../../../../client-app/policies/emulator-control.ts';
import { createPolicies } from '../../../../client-app/policies/policies.ts';

const normalPolicies: readonly Policy[] = [
  { name: 'mfa', value: 'off' },
  { name: 'fault', value: 'off' },
];
const activePolicies: readonly Policy[] = [
  { name: 'mfa', value: 'on', user: 'bob' },
  { name: 'fault', value: 'token=503' },
];

/** Policies of emulators whose state the test changes, and a count of the refreshes. */
function setUp() {
  const emulators = { policies: normalPolicies, available: true };
  const refreshes = { count: 0 };
  const readPolicies = async () => {
    if (!emulators.available) throw new Error('not available');
    return emulators.policies;
  };
  const control: EmulatorControl = {
    readChoices: async () => ({
      policies: [...(await readPolicies())],
      values: { mfa: ['off', 'on'], fault: ['off'] },
      endpoints: [],
      users: [],
    }),
    setPolicy: readPolicies,
    resetPolicies: readPolicies,
    readRecords: async () => [],
  };
  const policies = createPolicies(control, () => {
    refreshes.count += 1;
  });
  return { policies, emulators, refreshes };
}

test('counts no policy while all have their normal values', async () => {
  const { policies } = setUp();
  await policies.read();
  expect(policies.activeCount).toBe(0);
});

test('counts the policies that differ from their normal values', async () => {
  const { policies, emulators } = setUp();
  await policies.read();
  emulators.policies = activePolicies;
  await policies.set({ name: 'mfa', value: 'on', user: 'bob' });
  expect(policies.activeCount).toBe(2);
});

test('refreshes only when something changed', async () => {
  const { policies, emulators, refreshes } = setUp();
  await policies.read();
  await policies.read();
  expect(refreshes.count).toBe(1);
  emulators.policies = activePolicies;
  await policies.read();
  expect(refreshes.count).toBe(2);
});

test('keeps the last known policies when the emulators are not available', async () => {
  const { policies, emulators, refreshes } = setUp();
  emulators.policies = activePolicies;
  await policies.read();
  emulators.available = false;
  await policies.reset();
  expect(policies.failed).toBe(true);
  expect(policies.activeCount).toBe(2);
  expect(refreshes.count).toBe(2);
});
