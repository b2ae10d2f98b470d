import { describe, expect, test } from '@jest/globals';
import { TokenEndpointRefusal } from '../../../../shared/obo/network.ts';
import { createUsers, rejectedAs, settle, setUpGuard } from './guard-setup.ts';

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

/** Records in which order requests start, and lets the test end them. */
function createRecorder() {
  const started: string[] = [];
  const ends: (() => void)[] = [];
  return {
    started,
    /** Ends the first of the running requests and lets others start. */
    async endOne() {
      await settle();
      ends.shift()?.();
      await settle();
    },
    request: (name: string) => () => {
      started.push(name);
      return new Promise<void>((resolve) => ends.push(resolve));
    },
  };
}

describe('turns', () => {
  test('go from user to user of a tenant', async () => {
    const { run } = setUpGuard();
    const { started, request, endOne } = createRecorder();
    for (const user of createUsers(maxConcurrent)) void run(user, request(user));
    for (const name of ['a1', 'a2', 'a3']) void run('alice', request(name));
    for (const name of ['b1', 'b2']) void run('bob', request(name));
    for (let ended = 0; ended < 5; ended += 1) await endOne();
    expect(started.slice(maxConcurrent)).toEqual(['a1', 'b1', 'a2', 'b2', 'a3']);
  });

  test('go from tenant to tenant when all slots are taken', async () => {
    const { run } = setUpGuard();
    const { started, request, endOne } = createRecorder();
    const tenants = Array.from({ length: 10 }, (_, index) => `tenant-${index}`);
    for (const tenant of tenants)
      for (const user of createUsers(maxConcurrent)) void run(user, request(tenant), tenant);
    for (const user of ['a', 'b', 'c']) void run(user, request('contoso'), 'contoso');
    for (const user of ['a', 'b', 'c']) void run(user, request('fabrikam'), 'fabrikam');
    for (let ended = 0; ended < 6; ended += 1) await endOne();
    const turns = ['contoso', 'fabrikam', 'contoso', 'fabrikam', 'contoso', 'fabrikam'];
    expect(started.slice(10 * maxConcurrent)).toEqual(turns);
  });

  test('come to a failing user after the other users', async () => {
    const { run } = setUpGuard();
    const { started, request, endOne } = createRecorder();
    await run('sick', () => Promise.reject(new TokenEndpointRefusal({ status: 500 })));
    for (const user of createUsers(maxConcurrent)) void run(user, request(user));
    void run('sick', request('sick'));
    void run('alice', request('alice'));
    await endOne();
    await endOne();
    expect(started.slice(maxConcurrent)).toEqual(['alice', 'sick']);
  });
});

describe('a tenant', () => {
  const never = () => new Promise<string>(() => {});

  test.each([
    { users: 200, expected: 20 },
    { users: 400, expected: 40 },
    { users: 1_000, expected: 80 },
    { users: 5_000, expected: 80 },
  ])('with $users users at once gets $expected slots', async ({ users, expected }) => {
    const { run, countRequests } = setUpGuard();
    for (const user of createUsers(users)) void run(user, never);
    await settle();
    expect(countRequests()).toBe(expected);
  });

  test('has 20 slots again after a long queue', async () => {
    const { run, countRequests } = setUpGuard();
    void run('slow', never);
    await Promise.all(createUsers(400).map((user) => run(user)));
    const before = countRequests();
    for (const user of createUsers(100)) void run(user, never);
    await settle();
    expect(countRequests() - before).toBe(maxConcurrent - 1);
  });

  test('has 20 slots while other tenants have long queues', async () => {
    const { run, countRequests } = setUpGuard();
    for (const user of createUsers(1_000)) void run(user, never, 'contoso');
    for (const user of createUsers(1_000)) void run(user, never, 'fabrikam');
    await settle();
    expect(countRequests()).toBe(80 + maxConcurrent);
    for (const user of createUsers(maxConcurrent)) void run(user, never, 'adatum');
    await settle();
    expect(countRequests()).toBe(80 + 2 * maxConcurrent);
  });

  test('shares 200 slots with the other tenants', async () => {
    const { run, countRequests } = setUpGuard();
    for (let tenant = 0; tenant < 20; tenant += 1)
      for (const user of createUsers(30)) void run(user, never, `tenant-${tenant}`);
    await settle();
    expect(countRequests()).toBe(200);
  });

  test('has at most 10 requests of failing users running', async () => {
    const { run, countRequests } = setUpGuard();
    const users = createUsers(30);
    for (const user of users) {
      await run(user, () => Promise.reject(new TokenEndpointRefusal({ status: 500 })));
      await run('healthy');
    }
    const before = countRequests();
    for (const user of users) void run(user, never);
    await settle();
    expect(countRequests() - before).toBe(10);
    expect(await run('alice')).toBe('ok');
  });
});

describe('after an outage', () => {
  const never = () => new Promise<string>(() => {});
  const fail = () => Promise.reject(new TokenEndpointRefusal({ status: 500 }));
  const failed = ['a', 'b', 'c', 'd', 'e'];
  const rejected = createUsers(30);

  async function setUpAfterOutage() {
    const setup = setUpGuard();
    for (const user of failed) await setup.run(user, fail);
    for (const user of rejected) await setup.run(user);
    setup.pass(5_000);
    expect(await setup.run('alice')).toBe('ok');
    return setup;
  }

  test('at most 15 requests of rejected users run, and none of them delays others', async () => {
    const { run, countRequests } = await setUpAfterOutage();
    const before = countRequests();
    for (const user of rejected) void run(user, never);
    await settle();
    expect(countRequests() - before).toBe(15);
    expect(await run('bob')).toBe('ok');
  });

  test('requests of failing users count among these 15', async () => {
    const { run, countRequests } = await setUpAfterOutage();
    const before = countRequests();
    for (const user of [...failed, ...rejected]) void run(user, never);
    await settle();
    expect(countRequests() - before).toBe(15);
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

  test('rejects a request when 1,000 are waiting', async () => {
    const { run } = setUpGuard();
    const never = new Promise<string>(() => {});
    // 80 of them run, because the queue is long.
    for (const user of createUsers(80 + 1_000)) void run(user, () => never);
    expect(await run('alice')).toEqual(rejectedAs('queue-full'));
  });

  test('rejects a request when 100 of the same user are waiting', async () => {
    const { run } = setUpGuard();
    const never = new Promise<string>(() => {});
    for (let request = 0; request < 5 + 100; request += 1) void run('alice', () => never);
    expect(await run('alice')).toEqual(rejectedAs('queue-full'));
    expect(await run('bob')).toBe('ok');
  });

  test('has room again after its requests have waited too long', async () => {
    const { run, pass } = setUpGuard();
    const never = new Promise<string>(() => {});
    for (let request = 0; request < 5 + 100; request += 1) void run('alice', () => never);
    pass(4_001);
    const results: unknown[] = [];
    void run('alice', () => never).then((result) => results.push(result));
    await settle();
    expect(results).toEqual([]);
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
    expect(await Promise.all(queued)).toEqual(
      Array.from({ length: 10 }, () => rejectedAs('waited-too-long')),
    );
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
