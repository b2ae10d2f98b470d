import { describe, expect, test } from '@jest/globals';
import type { Refusal } from '../../../../shared/obo/network.ts';
import { createUsers, refuseWith, setUpGuard, throttledFor } from './guard-setup.ts';

test('a user whom Entra refuses for another reason is not throttled', async () => {
  const { run } = setUpGuard();
  const consentMissing = { status: 400, error: 'invalid_grant', codes: [65001], retryAfter: 300 };
  await run('bob', refuseWith(consentMissing));
  expect(await run('bob')).toBe('ok');
});

describe('a user whom Entra throttles', () => {
  const throttles: { name: string; refusal: Refusal; seconds: number }[] = [
    { name: '429 and 7 seconds', refusal: { status: 429, retryAfter: 7 }, seconds: 7 },
    { name: '429 and 300 seconds', refusal: { status: 429, retryAfter: 300 }, seconds: 300 },
    { name: '429 and no time', refusal: { status: 429 }, seconds: 5 },
    { name: 'AADSTS50196 (loop)', refusal: { status: 400, codes: [50196] }, seconds: 5 },
    { name: '503 and 30 seconds', refusal: { status: 503, retryAfter: 30 }, seconds: 30 },
  ];

  test.each(throttles)('with $name is rejected for $seconds s', async ({ refusal, seconds }) => {
    const { run, pass, countRequests } = setUpGuard();
    await run('bob', refuseWith(refusal));
    expect(await run('bob')).toEqual(throttledFor(seconds));
    pass(seconds * 1_000 - 1);
    expect(await run('bob')).toEqual(throttledFor(1));
    expect(countRequests()).toBe(1);
  });

  test.each(throttles)(
    'with $name may send again after $seconds s',
    async ({ refusal, seconds }) => {
      const { run, pass } = setUpGuard();
      await run('bob', refuseWith(refusal));
      pass(seconds * 1_000);
      expect(await run('bob')).toBe('ok');
    },
  );

  test.each(throttles)('with $name does not affect other users', async ({ refusal }) => {
    const { run } = setUpGuard();
    await run('bob', refuseWith(refusal));
    expect(await run('alice')).toBe('ok');
  });

  test('is not throttled for longer if the clock is set back', async () => {
    const { run, pass } = setUpGuard();
    await run('bob', refuseWith({ status: 429, retryAfter: 60 }));
    pass(-3_600_000);
    expect(await run('bob')).toBe('ok');
  });

  test('is rejected from the queue too', async () => {
    const { run, countRequests } = setUpGuard();
    const { promise, resolve } = Promise.withResolvers<string>();
    const running = createUsers(20).map((user) => run(user, () => promise));
    const throttle = refuseWith({ status: 429, retryAfter: 60 });
    const queued = Array.from({ length: 10 }, () => run('alice', throttle));
    resolve('ok');
    await Promise.all(running);
    const results = await Promise.all(queued);
    // Five requests of one user run at a time. They end together.
    expect(results.slice(5)).toEqual(Array.from({ length: 5 }, () => throttledFor(60)));
    expect(countRequests()).toBe(25);
  });
});
