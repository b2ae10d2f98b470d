import { expect, test } from '@jest/globals';
import { createAttempts } from '../../../../client-app/auth/attempts.ts';
import type { Clock } from '../../../../client-app/auth/countdown.ts';
import type { Returned } from '../../../../client-app/auth/interruptions.ts';
import { type Problem, Refusal } from '../../../../client-app/auth/problem.ts';
import type { Code } from '../../../../client-app/auth/problem-words.ts';

const refusal = (code: Code, more: Partial<Problem> = {}) =>
  new Refusal({ code, status: 0, correlationId: 'c', ...more });

/** Attempts with a clock that the test moves, and what they asked the app for. */
function open() {
  const ticks = new Set<() => void>();
  const slept: number[] = [];
  const clock: Clock = {
    every(_milliseconds, tick) {
      ticks.add(tick);
      return () => ticks.delete(tick);
    },
    sleep: async (milliseconds) => void slept.push(milliseconds),
  };
  const asked: object[] = [];
  const state = { drawn: 0, leave: async (): Promise<void> => {} };
  const attempts = createAttempts({
    refresh: () => {
      state.drawn += 1;
    },
    interact: async (problem, interruption) => {
      asked.push({ problem: problem.code, ...interruption });
      await state.leave();
    },
    clock,
  });
  const pass = async (seconds: number) => {
    for (let second = 0; second < seconds; second += 1) {
      for (const tick of [...ticks]) tick();
      await new Promise(setImmediate);
    }
  };
  return { attempts, asked, slept, pass, state };
}

const cameBack = (action: string, problem?: Problem): Returned => ({
  hash: '',
  action,
  code: 'consent_required',
  ...(problem && { problem }),
});

test('runs one action at a time', async () => {
  const { attempts } = open();
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
  const { attempts } = open();
  let down = true;
  await attempts.run('load', async () => {
    if (down) throw refusal('bad_gateway');
  });
  expect(attempts.failure).toMatchObject({
    name: 'load',
    problem: { code: 'bad_gateway' },
    asking: false,
    seconds: undefined,
  });
  down = false;
  await attempts.failure?.again();
  expect(attempts.failure).toBeUndefined();
});

test('a view may take a refusal for itself, and a refusal on that way is told', async () => {
  const { attempts } = open();
  const conflict = async () => {
    throw refusal('conflict');
  };
  await attempts.run('save', conflict, { handle: ({ code }) => code === 'conflict' });
  expect(attempts.failure).toBeUndefined();
  const handle = () => {
    throw refusal('bad_gateway');
  };
  await attempts.run('save', conflict, { handle });
  expect(attempts.failure?.problem.code).toBe('bad_gateway');
});

test('draws at the beginning and at the end', async () => {
  const { attempts, state } = open();
  await attempts.run('load', async () => {});
  expect(state.drawn).toBe(2);
});

test('asks before it leaves for Entra, leaves when the person says so, and names action and version', async () => {
  const { attempts, asked } = open();
  const work = async () => {
    throw refusal('step_up_required', { claims: '{}' });
  };
  await attempts.run('delete', work, { basedOn: 'W/"1"' });
  expect([attempts.failure?.asking, asked]).toEqual([true, []]);
  attempts.failure?.ask(false);
  expect(attempts.failure?.asking).toBe(false);
  await attempts.failure?.act();
  expect(asked).toEqual([
    { problem: 'step_up_required', action: 'delete', code: 'step_up_required', basedOn: 'W/"1"' },
  ]);
});

test('after a visit to Entra the same refusal asks nothing more, until the person begins anew', async () => {
  const { attempts } = open();
  let runs = 0;
  const work = async () => {
    runs += 1;
    throw refusal('step_up_required');
  };
  await attempts.run('save', work, { returned: cameBack('save') });
  expect(attempts.failure).toMatchObject({ spent: true, asking: false });
  expect(runs).toBe(1);
  await attempts.failure?.again();
  expect(attempts.failure).toMatchObject({ spent: false, asking: true });
});

test('somebody who turned back is told so, and the action is not tried', async () => {
  const { attempts } = open();
  const problem: Problem = {
    code: 'consent_required',
    status: 0,
    correlationId: 'c',
    declined: true,
  };
  let runs = 0;
  const work = async () => {
    runs += 1;
    throw refusal('consent_required');
  };
  await attempts.run('save', work, { returned: cameBack('save', problem) });
  expect([runs, attempts.failure?.problem]).toEqual([0, problem]);
  await attempts.run('load', work, { returned: cameBack('save', problem) });
  expect([runs, attempts.failure?.problem]).toEqual([1, problem]);
});

test('a permission just given is waited for, 3.5 seconds at most', async () => {
  const { attempts, slept } = open();
  let runs = 0;
  const grantedAfter = (tries: number) => async () => {
    runs += 1;
    if (runs <= tries) throw refusal('consent_required');
  };
  await attempts.run('save', grantedAfter(2), { returned: cameBack('save') });
  expect([attempts.failure, slept]).toEqual([undefined, [500, 1_000]]);
  runs = 0;
  await attempts.run('save', grantedAfter(99), { returned: cameBack('save') });
  expect([runs, slept.slice(2), attempts.failure?.asking]).toEqual([4, [500, 1_000, 2_000], false]);
});

test('an outage is counted down, twice as long each time, never sooner than asked for, and ends by itself', async () => {
  const { attempts, pass } = open();
  let down = true;
  let runs = 0;
  await attempts.run('save', async () => {
    runs += 1;
    if (down) throw refusal('unavailable', runs === 1 ? { retryAfter: 7 } : {});
  });
  expect(attempts.failure?.seconds).toBe(7);
  await pass(6);
  expect([runs, attempts.failure?.seconds]).toEqual([1, 1]);
  await pass(1);
  expect([runs, attempts.failure?.seconds]).toEqual([2, 10]);
  await attempts.failure?.again();
  expect([runs, attempts.failure?.seconds]).toEqual([3, 20]);
  down = false;
  await pass(20);
  expect([runs, attempts.failure]).toEqual([4, undefined]);
  await pass(60);
  expect(runs).toBe(4);
});

test('the countdown stops when the person says so, and when the view is left', async () => {
  for (const end of ['stop', 'close'] as const) {
    const { attempts, pass } = open();
    let runs = 0;
    await attempts.run('load', async () => {
      runs += 1;
      throw refusal('timeout');
    });
    expect(attempts.failure?.seconds).toBe(5);
    if (end === 'stop') attempts.failure?.stop();
    else attempts.close();
    await pass(30);
    expect([runs, attempts.failure?.seconds, attempts.failure?.problem.code]).toEqual([
      1,
      undefined,
      'timeout',
    ]);
  }
});

test('what keeps the page from leaving is shown instead', async () => {
  const { attempts, state } = open();
  await attempts.run('load', async () => {
    throw refusal('sign_in_again');
  });
  state.leave = async () => {
    throw refusal('blocked');
  };
  await attempts.failure?.act();
  expect(attempts.failure).toMatchObject({ problem: { code: 'blocked' }, asking: false });
});
