import { describe, expect, test } from '@jest/globals';
import { refuseWith, setUpGuard } from './guard-setup.ts';

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
