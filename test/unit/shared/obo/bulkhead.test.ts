import { describe, expect, test } from '@jest/globals';
import { createUsers, endpointDown, settle, setUpGuard } from './guard-setup.ts';

const maxConcurrent = 20;

describe('concurrent requests', () => {
  test('of 200 users all succeed', async () => {
    const { run } = setUpGuard();
    const results = await Promise.all(createUsers(200).map((user) => run(user)));
    expect(results).toEqual(Array.from({ length: 200 }, () => 'ok'));
  });

  test('of 200 users run 20 at a time', async () => {
    const { run } = setUpGuard();
    let running = 0;
    let peak = 0;
    const request = async () => {
      running += 1;
      peak = Math.max(peak, running);
      await settle();
      running -= 1;
    };
    await Promise.all(createUsers(200).map((user) => run(user, request)));
    expect(peak).toBe(maxConcurrent);
  });

  test('of one user run five at a time', async () => {
    const { run, countRequests } = setUpGuard();
    const { promise: pending } = Promise.withResolvers<string>();
    for (let request = 0; request < 6; request += 1) void run('alice', () => pending);
    await settle();
    expect(countRequests()).toBe(5);
  });

  test('of one user do not hold up another user', async () => {
    const { run } = setUpGuard();
    const { promise: pending } = Promise.withResolvers<string>();
    for (let request = 0; request < 6; request += 1) void run('alice', () => pending);
    await settle();
    expect(await run('bob')).toBe('ok');
  });

  test('of one user continue when one of them ends', async () => {
    const { run, countRequests } = setUpGuard();
    const first = Promise.withResolvers<string>();
    const others = Promise.withResolvers<string>();
    const firstResult = run('alice', () => first.promise);
    for (let request = 0; request < 4; request += 1) void run('alice', () => others.promise);
    const queued = run('alice');
    await settle();
    expect(countRequests()).toBe(5);
    first.resolve('first');
    expect(await firstResult).toBe('first');
    expect(await queued).toBe('ok');
  });
});

describe('the queue', () => {
  /** Fills all slots with requests that end when the test says so. */
  function setUpWithAllSlotsTaken() {
    const guard = setUpGuard();
    const { promise, resolve } = Promise.withResolvers<string>();
    const running = createUsers(maxConcurrent).map((user) => guard.run(user, () => promise));
    return { ...guard, running, endRunning: () => resolve('slow') };
  }

  test('rejects a request when 500 are waiting', async () => {
    const { run } = setUpWithAllSlotsTaken();
    const never = new Promise<string>(() => {});
    for (let request = 0; request < 500; request += 1) void run(`queued-${request}`, () => never);
    expect(await run('alice')).toEqual(endpointDown);
  });

  test('starts a request that has waited for exactly four seconds', async () => {
    const { run, pass, endRunning } = setUpWithAllSlotsTaken();
    const queued = run('late');
    await settle();
    pass(4_000);
    endRunning();
    expect(await queued).toBe('ok');
  });

  test('rejects requests that have waited longer than four seconds', async () => {
    const { run, pass, endRunning } = setUpWithAllSlotsTaken();
    const queued = Array.from({ length: 10 }, (_, index) => run(`late-${index}`));
    await settle();
    pass(4_001);
    endRunning();
    expect(await Promise.all(queued)).toEqual(Array.from({ length: 10 }, () => endpointDown));
  });

  test('does not send a request that has waited longer than four seconds', async () => {
    const { run, pass, endRunning, running, countRequests } = setUpWithAllSlotsTaken();
    const queued = run('late');
    await settle();
    pass(4_001);
    endRunning();
    await Promise.all([...running, queued]);
    expect(countRequests()).toBe(maxConcurrent);
  });

  test('keeps no slot for a request that has waited too long', async () => {
    const { run, pass, endRunning, running } = setUpWithAllSlotsTaken();
    const queued = Array.from({ length: 10 }, (_, index) => run(`late-${index}`));
    await settle();
    pass(4_001);
    endRunning();
    await Promise.all([...running, ...queued]);
    expect(await run('alice')).toBe('ok');
  });

  test('does not affect requests that are running already', async () => {
    const { pass, endRunning, running } = setUpWithAllSlotsTaken();
    await settle();
    pass(4_001);
    endRunning();
    expect(await Promise.all(running)).toEqual(Array.from({ length: maxConcurrent }, () => 'slow'));
  });
});
