import { expect, test } from '@jest/globals';
import { faultKinds, policyGroups } from '../../../../client-app/policies/policy-labels.ts';
import { faultyEndpoints, parseFault } from '../../../../local/emulators/control/faults.ts';
import { policyValues } from '../../../../local/emulators/entra/policies.ts';

const controls = policyGroups.flatMap((group) => group.controls);
const faultControls = controls.filter(({ name }) => name === 'fault');
const policyControls = controls.filter(({ name }) => name !== 'fault');

test('the view has a control for every policy of the emulators', () => {
  const names = new Set(controls.map(({ name }) => name));
  expect(names).toEqual(new Set(Object.keys(policyValues)));
});

test.each(policyControls)('the emulators accept the value $value of $name', ({ name, value }) => {
  expect(policyValues[name as keyof typeof policyValues]).toContain(value);
});

test('the view has a control for every endpoint that can have a fault', () => {
  const endpoints = faultControls.map(({ value }) => value);
  expect(endpoints.sort()).toEqual([...faultyEndpoints].sort());
});

test.each(faultKinds)('the emulators accept the fault kind $kind', ({ kind }) => {
  expect(parseFault(kind)).toBeDefined();
});

test.each(controls)('the effect of "$label" is a sentence', ({ effect }) => {
  expect(effect).toMatch(/^[A-Z].*\.$/);
});
