import { expect, test } from '@jest/globals';
import { createPolicies } from '../../../../client-app/policies/policies.ts';
import { faultKinds, switchGroups } from '../../../../client-app/policies/policy-words.ts';
import {
  createEmulators,
  type Policy,
  type Emulators,
} from '../../../../client-app/policies/emulators.ts';
import { policyValues } from '../../../../local/emulators/entra/policies.ts';
import { faultyEndpoints, parseFault } from '../../../../local/emulators/control/faults.ts';

const switches = switchGroups.flatMap(({ switches }) => switches);
const settings = {
  authority: 'http://e',
  clientId: 'c',
  originalApiUrl: 'http://o',
  originalApiId: 'api://o',
};

test('the panel has every switch of the emulators, with a value that the emulators takes', () => {
  expect(new Set(switches.map(({ name }) => name))).toEqual(new Set(Object.keys(policyValues)));
  for (const { name, value } of switches.filter((one) => one.name !== 'fault')) {
    expect(policyValues[name as keyof typeof policyValues]).toContain(value);
  }
  expect(
    switches
      .filter(({ name }) => name === 'fault')
      .map(({ value }) => value)
      .sort(),
  ).toEqual([...faultyEndpoints].sort());
  for (const [kind] of faultKinds)
    expect({ kind, known: parseFault(kind) !== undefined }).toEqual({ kind, known: true });
});

test('every switch says in one sentence what will happen', () => {
  for (const { does } of switches) expect(does).toMatch(/^[A-Z].*\.$/);
});

test('there is no emulators where the settings name none', () => {
  expect(createEmulators(settings)).toBeUndefined();
});

test('the emulators is asked with its token, and an answer of a strange shape is a failure', async () => {
  const asked: [string, RequestInit | undefined][] = [];
  let answer: object = { policies: [{ name: 'mfa', value: 'on' }] };
  const send = async (url: string | URL | Request, init?: RequestInit) => {
    asked.push([String(url), init]);
    return Response.json(answer);
  };
  const emulators = createEmulators(
    { ...settings, emulators: { controlUrl: 'http://s/control', controlToken: 't' } },
    send,
  );
  expect(await emulators?.setPolicy({ name: 'mfa', value: 'on' })).toEqual([
    { name: 'mfa', value: 'on' },
  ]);
  expect(asked[0]).toMatchObject([
    'http://s/control/policies',
    { method: 'PUT', body: '{"name":"mfa","value":"on"}', credentials: 'omit' },
  ]);
  expect(new Headers(asked[0]?.[1]?.headers).get('x-control-token')).toBe('t');
  answer = { policies: 'none' };
  await expect(emulators?.backToNormal()).rejects.toThrow();
});

test('counts what is turned, draws only when something changed, and says when the emulators does not answer', async () => {
  let rows: Policy[] = [
    { name: 'mfa', value: 'off' },
    { name: 'fault', value: 'off' },
  ];
  let down = false;
  let drawn = 0;
  const answer = async () => {
    if (down) throw new Error('down');
    return rows;
  };
  const emulators: Emulators = {
    readChoices: async () => ({
      policies: await answer(),
      values: { mfa: ['off', 'on'], fault: ['off'] },
      endpoints: [],
      users: [],
    }),
    setPolicy: answer,
    backToNormal: answer,
    readRecords: async () => [],
  };
  const policies = createPolicies(emulators, () => {
    drawn += 1;
  });
  await policies.read();
  await policies.read();
  expect([policies.turned, drawn]).toEqual([0, 1]);
  rows = [
    { name: 'mfa', value: 'on', user: 'bob' },
    { name: 'fault', value: 'token=503' },
  ];
  await policies.set({ name: 'mfa', value: 'on', user: 'bob' });
  expect([policies.turned, drawn]).toEqual([2, 2]);
  down = true;
  await policies.backToNormal();
  expect([policies.turned, policies.failed, drawn]).toEqual([2, true, 3]);
});
