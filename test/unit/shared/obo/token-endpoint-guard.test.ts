import { expect, test } from '@jest/globals';
import { TokenEndpointRefusal } from '../../../../shared/obo/network.ts';
import { openGuard } from './guard-on-clock.ts';

const down = () => Promise.reject(new TokenEndpointRefusal({ failure: 'connect' }));
const throttling = (retryAfter?: number) => () =>
  Promise.reject(new TokenEndpointRefusal({ status: 429, retryAfter }));
const refusing = () =>
  Promise.reject(new TokenEndpointRefusal({ status: 400, error: 'interaction_required' }));

const failing = () => Promise.reject(new TokenEndpointRefusal({ status: 500 }));

/** Alice asks, where nobody else is named. */
function setUp() {
  const { run, ...gate } = openGuard();
  return { ...gate, run: (work?: () => Promise<unknown>, user = 'alice') => run(user, work) };
}

test('200 at once go 20 at a time, and all of them', async () => {
  const { run } = setUp();
  let running = 0;
  let peak = 0;
  const work = async () => {
    running += 1;
    peak = Math.max(peak, running);
    await new Promise((resolve) => setImmediate(resolve));
    running -= 1;
    return 'ok';
  };
  const results = await Promise.all(
    Array.from({ length: 200 }, (_, user) => run(work, `user-${user}`)),
  );
  expect(results.every((result) => result === 'ok')).toBe(true);
  expect(peak).toBe(20);
});

test('an endpoint that is down for 10 minutes is asked five times and then once in 5 s, and found again by the first probe', async () => {
  const { run, pass, asked } = setUp();
  for (let request = 0; request < 100; request += 1) await run(down, `user-${request}`);
  expect(asked()).toBe(5);
  for (let second = 0; second < 600; second += 1) {
    pass(1_000);
    await Promise.all(Array.from({ length: 10 }, (_, user) => run(down, `user-${user}`)));
  }
  expect(asked()).toBe(5 + 120);
  pass(5_000);
  expect(await run()).toBe('ok');
  expect(await Promise.all([run(), run(), run()])).toEqual(['ok', 'ok', 'ok']);
});

test.each([
  // Until it is known to be down, whoever ends hands the turn on.
  ['when it goes down', { failure: 'connect' as const }, 0, 24],
  ['when it was silent to those before', { failure: 'timeout' as const }, 5_000, 20],
])(
  'whoever waits for a turn is told %s, and asks no more',
  async (_when, failure, milliseconds, most) => {
    const { run, pass, asked } = setUp();
    const { promise: hang, reject } = Promise.withResolvers<string>();
    const hanging = Array.from({ length: 100 }, (_, user) => run(() => hang, `user-${user}`));
    await new Promise((resolve) => setImmediate(resolve));
    expect(asked()).toBe(20);
    pass(milliseconds);
    reject(new TokenEndpointRefusal(failure));
    const results = await Promise.all(hanging);
    expect(results.slice(24)).toEqual(Array.from({ length: 76 }, () => 5));
    expect(asked()).toBeLessThanOrEqual(most);
  },
);

test('one user’s own trouble, however often, is held against nobody else', async () => {
  const { run, pass } = setUp();
  for (let request = 0; request < 20; request += 1) await run(failing, 'bob');
  expect(await run()).toBe('ok');
  for (let request = 0; request < 4; request += 1) await run(failing, 'bob');
  await run(failing, 'carol');
  expect(await run()).toBe(5);
  pass(5_000);
  const served: unknown[] = [];
  for (let second = 0; second < 20; second += 1) {
    await run(failing, 'bob');
    served.push(await run());
    pass(1_000);
  }
  expect(served.filter((result) => result === 'ok').length).toBeGreaterThan(10);
});

test('one who is throttled is not asked for again from the queue either', async () => {
  const { run, asked } = setUp();
  const { promise: hang, resolve } = Promise.withResolvers<string>();
  const busy = Array.from({ length: 20 }, (_, user) => run(() => hang, `user-${user}`));
  const queued = Array.from({ length: 10 }, () => run(throttling(60)));
  resolve('ok');
  await Promise.all(busy);
  expect(await Promise.all(queued)).toEqual(Array.from({ length: 10 }, () => 60));
  expect(asked()).toBeLessThanOrEqual(30);
});

test('a queue that is full takes nobody more', async () => {
  const { run } = setUp();
  const hang = new Promise<string>(() => {});
  void Array.from({ length: 520 }, (_, user) => run(() => hang, `user-${user}`));
  expect(await run()).toBe(5);
});

test('refusals of users open nothing, however many', async () => {
  const { run, asked } = setUp();
  for (let request = 0; request < 50; request += 1) await run(refusing);
  expect(await run()).toBe('ok');
  expect(asked()).toBe(51);
});

test.each([
  [7, 7],
  [300, 300],
  [undefined, 5],
])(
  'a user who is throttled for %p s is not asked for within %i s, and others are',
  async (retryAfter, seconds) => {
    const { run, pass, asked } = setUp();
    await run(throttling(retryAfter));
    expect(await run()).toBe(seconds);
    expect(await run(undefined, 'bob')).toBe('ok');
    pass(seconds * 1_000 - 1);
    expect(await run()).toBe(1);
    expect(asked()).toBe(2);
    pass(1);
    expect(await run()).toBe('ok');
  },
);
