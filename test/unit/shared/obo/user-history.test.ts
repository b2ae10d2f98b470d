import { describe, expect, test } from '@jest/globals';
import { createUserHistory } from '../../../../shared/obo/user-history.ts';

const start = Date.UTC(2026, 10, 22);
const memory = 300_000;

/** Creates a history of at most two users, with a clock that the test sets. */
function setUpHistory() {
  let now = start;
  const history = createUserHistory({ maxUsers: 2, memory, now: () => now });
  return {
    history,
    pass: (milliseconds: number) => {
      now += milliseconds;
    },
  };
}

describe('the suspicion of a user', () => {
  test('is 0 at first', () => {
    expect(setUpHistory().history.suspicionOf('alice')).toBe(0);
  });

  test('is 1 after a rejection', () => {
    const { history } = setUpHistory();
    history.recordRejection('alice');
    expect(history.suspicionOf('alice')).toBe(1);
  });

  test('is 2 after a failure, also if a rejection follows', () => {
    const { history } = setUpHistory();
    history.recordFailure('alice');
    history.recordRejection('alice');
    expect(history.suspicionOf('alice')).toBe(2);
  });

  test('is 0 after a success', () => {
    const { history } = setUpHistory();
    history.recordFailure('alice');
    history.recordSuccess('alice');
    expect(history.suspicionOf('alice')).toBe(0);
  });

  test('is 0 again when the memory has passed', () => {
    const { history, pass } = setUpHistory();
    history.recordFailure('alice');
    pass(memory);
    expect(history.suspicionOf('alice')).toBe(2);
    pass(1);
    expect(history.suspicionOf('alice')).toBe(0);
  });

  test('is 0 if the clock is set back', () => {
    const { history, pass } = setUpHistory();
    history.recordFailure('alice');
    pass(-1);
    expect(history.suspicionOf('alice')).toBe(0);
  });

  test('is forgotten for the least recently used user', () => {
    const { history } = setUpHistory();
    for (const user of ['alice', 'bob', 'carol']) history.recordFailure(user);
    expect(['alice', 'bob', 'carol'].map(history.suspicionOf)).toEqual([0, 2, 2]);
  });
});

test('failures are counted, with the time of the first and the last', () => {
  const { history, pass } = setUpHistory();
  history.recordRejection('alice');
  expect(history.failuresOf('alice')).toBeUndefined();
  pass(1_000);
  history.recordFailure('alice');
  pass(1_000);
  history.recordFailure('alice');
  const expected = { count: 2, firstAt: start + 1_000, lastAt: start + 2_000 };
  expect(history.failuresOf('alice')).toEqual(expected);
});
