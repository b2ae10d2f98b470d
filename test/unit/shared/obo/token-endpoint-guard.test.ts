import { describe, expect, test } from '@jest/globals';
import { createUsers, refuseWith, rejectedAs, setUpGuard } from './guard-setup.ts';

// The limits of the guard are tested by pattern: bulkhead, circuit-breaker and user-throttle.
describe('the guard', () => {
  test('returns the result of a request', async () => {
    const { run } = setUpGuard();
    expect(await run('alice', async () => 'token')).toBe('token');
  });

  test('passes the refusal of the endpoint on', async () => {
    const { run } = setUpGuard();
    const refusal = { status: 400, error: 'invalid_grant' };
    expect(await run('alice', refuseWith(refusal))).toEqual(refusal);
  });

  test('does not count an error of another kind as a failure of the endpoint', async () => {
    const { run } = setUpGuard();
    const fail = () => Promise.reject(new TypeError('a bug'));
    for (let request = 0; request < 10; request += 1)
      await expect(run(`user-${request}`, fail)).rejects.toThrow('a bug');
    expect(await run('alice')).toBe('ok');
  });
});

describe('a user whose last five requests failed', () => {
  /** Runs requests of one user that fail. */
  async function setUpFailing(failures: number) {
    const setup = setUpGuard();
    for (let failure = 0; failure < failures; failure += 1)
      await setup.run('bob', refuseWith({ failure: 'broken' }));
    return setup;
  }

  test('waits five seconds', async () => {
    const { run, pass } = await setUpFailing(5);
    expect(await run('bob')).toEqual({ rejection: 'user-failing', retryAfter: 5 });
    pass(4_999);
    expect(await run('bob')).toEqual({ rejection: 'user-failing', retryAfter: 1 });
    pass(1);
    expect(await run('bob')).toBe('ok');
  });

  test('does not wait after a success', async () => {
    const { run, pass } = await setUpFailing(5);
    pass(5_000);
    await run('bob');
    await run('bob', refuseWith({ failure: 'broken' }));
    expect(await run('bob')).toBe('ok');
  });

  test('does not wait if the clock is set back', async () => {
    const { run, pass } = await setUpFailing(5);
    pass(-3_600_000);
    expect(await run('bob')).toBe('ok');
  });

  test('is another one than a user with four failures', async () => {
    const { run } = await setUpFailing(4);
    expect(await run('bob')).toBe('ok');
  });
});

describe('the time until a retry', () => {
  const failed = refuseWith({ status: 503 });

  test.each([
    { random: 0, expected: 5 },
    { random: 0.5, expected: 8 },
    { random: 0.999, expected: 10 },
  ])('is $expected s for the random number $random', async ({ random, expected }) => {
    const { run } = setUpGuard(() => random);
    for (const user of createUsers(5)) await run(user, failed);
    expect(await run('alice')).toEqual({ ...rejectedAs('circuit-open'), retryAfter: expected });
  });
});
