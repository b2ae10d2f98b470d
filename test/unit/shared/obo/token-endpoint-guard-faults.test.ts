import { expect, test } from '@jest/globals';
import { type Refusal, TokenEndpointRefusal } from '../../../../shared/obo/network.ts';
import { openGuard } from './guard-on-clock.ts';

const failing = (refusal: Refusal) => () => Promise.reject(new TokenEndpointRefusal(refusal));
const settle = () => new Promise((resolve) => setImmediate(resolve));

test.each<[string, Refusal]>([
  ['5xx', { status: 503 }],
  ['silence', { failure: 'timeout' }],
  ['"temporarily_unavailable"', { status: 400, error: 'temporarily_unavailable' }],
  ['AADSTS90055', { status: 400, codes: [90055] }],
  ['broken connections', { failure: 'broken' }],
])(
  '%s for two users, five times in a row, keep the others from asking at once',
  async (_name, refusal) => {
    const { run, asked } = openGuard();
    for (let request = 0; request < 5; request += 1)
      await run(`user-${request % 2}`, failing(refusal));
    expect([await run('alice'), asked()]).toEqual([5, 5]);
  },
);

test.each<[string, Refusal, number]>([
  ['AADSTS50196, a loop', { status: 400, codes: [50196] }, 5],
  ['503 with Retry-After', { status: 503, retryAfter: 30 }, 30],
])('%s keeps that user from asking, and nobody else', async (_name, refusal, seconds) => {
  const { run, pass } = openGuard();
  await run('bob', failing(refusal));
  pass(1);
  expect([await run('bob'), await run('alice')]).toEqual([seconds, 'ok']);
  pass(seconds * 1_000);
  expect(await run('bob')).toBe('ok');
});

test('a success in between begins the count anew', async () => {
  const { run } = openGuard();
  for (let request = 0; request < 4; request += 1)
    await run(`user-${request}`, failing({ failure: 'connect' }));
  await run('alice');
  for (let request = 0; request < 4; request += 1)
    await run(`user-${request}`, failing({ failure: 'connect' }));
  expect(await run('alice')).toBe('ok');
});

test('a clock that steps back prolongs neither a throttle nor an outage', async () => {
  const { run, pass } = openGuard();
  await run('bob', failing({ status: 429, retryAfter: 60 }));
  for (let request = 0; request < 5; request += 1)
    await run(`user-${request}`, failing({ failure: 'connect' }));
  expect(await run('alice')).toBe(5);
  pass(-3_600_000);
  expect([await run('alice'), await run('bob')]).toEqual(['ok', 'ok']);
});

test('one user has at most five requests under way, and the sixth goes when one of them ends', async () => {
  const { run, asked } = openGuard();
  const turns = Array.from({ length: 6 }, () => Promise.withResolvers<string>());
  const results = turns.map(({ promise }) => run('alice', () => promise));
  await settle();
  expect(asked()).toBe(5);
  expect(await run('bob')).toBe('ok');
  turns[0]?.resolve('first');
  expect(await results[0]).toBe('first');
  await settle();
  expect(asked()).toBe(7);
  for (const { resolve } of turns) resolve('ok');
  expect(await results[5]).toBe('ok');
});

test('where answers are slow but come, who has waited longer than 4 s is not made to wait for one more', async () => {
  const { run, pass, asked } = openGuard();
  const { promise: slow, resolve } = Promise.withResolvers<string>();
  const running = Array.from({ length: 20 }, (_, user) => run(`user-${user}`, () => slow));
  const waiting = Array.from({ length: 10 }, (_, user) => run(`late-${user}`));
  await settle();
  pass(4_001);
  resolve('slow');
  expect(await Promise.all(running)).toEqual(Array.from({ length: 20 }, () => 'slow'));
  expect(await Promise.all(waiting)).toEqual(Array.from({ length: 10 }, () => 5));
  expect([asked(), await run('alice')]).toEqual([20, 'ok']);
});

test('who has waited 4 s and no longer has a turn', async () => {
  const { run, pass } = openGuard();
  const { promise: slow, resolve } = Promise.withResolvers<string>();
  const running = Array.from({ length: 20 }, (_, user) => run(`user-${user}`, () => slow));
  const waits = run('late');
  await settle();
  pass(4_000);
  resolve('slow');
  expect([await waits, ...(await Promise.all(running))]).toEqual([
    'ok',
    ...Array.from({ length: 20 }, () => 'slow'),
  ]);
});
