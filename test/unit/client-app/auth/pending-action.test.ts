import { expect, test } from '@jest/globals';
import {
  createInterruptions,
  describeReturn,
  type Interruption,
} from '../../../../client-app/auth/interruptions.ts';
import type { Problem } from '../../../../client-app/auth/problem.ts';

const interruption: Interruption = {
  hash: '#/documents/1',
  action: 'delete',
  code: 'step_up_required',
  basedOn: 'W/"1"',
};

function storage() {
  const items = new Map<string, string>();
  return {
    items,
    getItem: (name: string) => items.get(name) ?? null,
    setItem: (name: string, value: string) => void items.set(name, value),
    removeItem: (name: string) => void items.delete(name),
  };
}

test('is taken once', () => {
  const interruptions = createInterruptions(storage(), 'alice');
  interruptions.keep(interruption);
  expect(interruptions.take()).toEqual(interruption);
  expect(interruptions.take()).toBeUndefined();
});

test('is nothing to somebody else who comes back in the same tab', () => {
  const tab = storage();
  createInterruptions(tab, 'alice').keep(interruption);
  expect(createInterruptions(tab, 'bob').take()).toBeUndefined();
  expect(createInterruptions(tab, 'alice').take()).toBeUndefined();
});

test('what cannot be read is nothing', () => {
  const texts = [
    '',
    '{',
    'null',
    '[]',
    '{"person":"alice"}',
    JSON.stringify({ person: 'alice', ...interruption, code: 'made_up' }),
  ];
  for (const text of texts) {
    const tab = storage();
    tab.items.set('interrupted', text);
    expect(createInterruptions(tab, 'alice').take()).toBeUndefined();
  }
});

test('coming back with nothing has a reason: what was asked for, or what Entra said instead', () => {
  const failed = (code: Problem['code'], declined?: boolean): Problem => ({
    code,
    status: 0,
    correlationId: 'c',
    ...(declined && { declined }),
  });
  expect(describeReturn(interruption, undefined)).toEqual(interruption);
  expect(describeReturn(interruption, failed('sign_in_again', true)).problem?.code).toBe(
    'step_up_required',
  );
  expect(describeReturn(interruption, failed('admin_consent_required', true)).problem?.code).toBe(
    'admin_consent_required',
  );
  expect(describeReturn(interruption, failed('blocked')).problem?.code).toBe('blocked');
});
