import { expect, test } from '@jest/globals';
import { createAttempts } from '../../../client-app/attempts.ts';
import { Refusal } from '../../../client-app/problem.ts';

const refusal = (code: 'conflict' | 'unavailable') => new Refusal({ code, status: 0, correlationId: 'c' });

test('runs one action at a time', async () => {
  const attempts = createAttempts(() => {});
  let runs = 0;
  let finish = () => {};
  const first = attempts.run('save', async () => {
    runs += 1;
    await new Promise<void>((resolve) => {
      finish = resolve;
    });
  });
  await attempts.run('save', async () => {
    runs += 1;
  });
  expect([runs, attempts.busy]).toEqual([1, 'save']);
  finish();
  await first;
  expect(attempts.busy).toBeUndefined();
});

test('a refusal stays until the same action succeeds', async () => {
  const attempts = createAttempts(() => {});
  let down = true;
  await attempts.run('load', async () => {
    if (down) throw refusal('unavailable');
  });
  expect(attempts.failure).toMatchObject({ name: 'load', problem: { code: 'unavailable' } });
  down = false;
  await attempts.failure?.again();
  expect(attempts.failure).toBeUndefined();
});

test('a view may take a refusal for itself, and a refusal on that way is told', async () => {
  const attempts = createAttempts(() => {});
  const conflict = async () => {
    throw refusal('conflict');
  };
  await attempts.run('save', conflict, ({ code }) => code === 'conflict');
  expect(attempts.failure).toBeUndefined();
  await attempts.run('save', conflict, () => {
    throw refusal('unavailable');
  });
  expect(attempts.failure?.problem.code).toBe('unavailable');
});

test('draws at the beginning and at the end', async () => {
  let drawn = 0;
  const attempts = createAttempts(() => {
    drawn += 1;
  });
  await attempts.run('load', async () => {});
  expect(drawn).toBe(2);
});
