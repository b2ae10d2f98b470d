import { describe, expect, test } from '@jest/globals';
import { type Refusal, TokenEndpointRefusal } from '../../../../shared/obo/network.ts';
import { createUsers, refuseWith, rejectedAs, settle, setUpGuard } from './guard-setup.ts';

const fail = refuseWith({ failure: 'connect' });
const failWithStatus500 = refuseWith({ status: 500 });

describe('the circuit opens after five failures in a row', () => {
  const failures: { name: string; refusal: Refusal }[] = [
    { name: 'with status 503', refusal: { status: 503 } },
    { name: 'without a response in time', refusal: { failure: 'timeout' } },
    {
      name: 'with temporarily_unavailable',
      refusal: { status: 400, error: 'temporarily_unavailable' },
    },
    { name: 'with AADSTS90055', refusal: { status: 400, codes: [90055] } },
    { name: 'with a broken connection', refusal: { failure: 'broken' } },
    { name: 'with no connection', refusal: { failure: 'connect' } },
  ];

  test.each(failures)('of two users $name', async ({ refusal }) => {
    const { run, countRequests } = setUpGuard();
    for (const user of ['bob', 'carol', 'bob', 'carol', 'bob'])
      await run(user, refuseWith(refusal));
    expect(await run('alice')).toEqual(rejectedAs('circuit-open'));
    expect(countRequests()).toBe(5);
  });
});

describe('the circuit stays closed', () => {
  test('if a request in between succeeds', async () => {
    const { run } = setUpGuard();
    for (const user of createUsers(4)) await run(user, fail);
    await run('alice');
    for (const user of createUsers(4)) await run(user, fail);
    expect(await run('alice')).toBe('ok');
  });

  test('if Entra refuses users, however often', async () => {
    const { run, countRequests } = setUpGuard();
    const refuse = refuseWith({ status: 400, error: 'interaction_required' });
    for (let request = 0; request < 50; request += 1) await run('alice', refuse);
    expect(await run('alice')).toBe('ok');
    expect(countRequests()).toBe(51);
  });

  test('if all failures with a response are those of one user', async () => {
    const { run } = setUpGuard();
    for (let request = 0; request < 20; request += 1) await run('bob', failWithStatus500);
    expect(await run('alice')).toBe('ok');
  });
});

describe('while the endpoint is down', () => {
  test('only the first five of 100 requests are sent', async () => {
    const { run, countRequests } = setUpGuard();
    for (const user of createUsers(100)) await run(user, fail);
    expect(countRequests()).toBe(5);
  });

  test('one request in five seconds is sent, for 10 minutes', async () => {
    const { run, pass, countRequests } = setUpGuard();
    for (const user of createUsers(5)) await run(user, fail);
    const seconds = 600;
    for (let second = 0; second < seconds; second += 1) {
      pass(1_000);
      await Promise.all(createUsers(10).map((user) => run(user, fail)));
    }
    expect(countRequests()).toBe(5 + seconds / 5);
  });

  test('a probe that succeeds closes the circuit', async () => {
    const { run, pass } = setUpGuard();
    for (const user of createUsers(5)) await run(user, fail);
    pass(5_000);
    expect(await run('alice')).toBe('ok');
    const results = await Promise.all(['alice', 'alice', 'alice'].map((user) => run(user)));
    expect(results).toEqual(['ok', 'ok', 'ok']);
  });

  test('a probe that Entra refuses for a reason of the user closes the circuit', async () => {
    const { run, pass } = setUpGuard();
    for (const user of createUsers(5)) await run(user, fail);
    pass(5_000);
    await run('alice', refuseWith({ status: 400, error: 'interaction_required' }));
    expect(await run('bob')).toBe('ok');
  });

  test('a clock that is set back does not prolong the outage', async () => {
    const { run, pass } = setUpGuard();
    for (const user of createUsers(5)) await run(user, fail);
    expect(await run('alice')).toEqual(rejectedAs('circuit-open'));
    pass(-3_600_000);
    expect(await run('alice')).toBe('ok');
  });
});

test('a user whose own requests always fail cannot keep the circuit open for others', async () => {
  const { run, pass } = setUpGuard();
  for (let request = 0; request < 4; request += 1) await run('bob', failWithStatus500);
  await run('carol', failWithStatus500);
  expect(await run('alice')).toEqual(rejectedAs('circuit-open'));
  pass(5_000);
  const results: unknown[] = [];
  for (let second = 0; second < 20; second += 1) {
    await run('bob', failWithStatus500);
    results.push(await run('alice'));
    pass(1_000);
  }
  expect(results.filter((result) => result === 'ok').length).toBeGreaterThan(10);
});

describe('requests in the queue are rejected', () => {
  /** Runs 100 requests. The first 20 fail together with this refusal, after this time. */
  async function runQueue(refusal: Refusal, milliseconds: number) {
    const { run, pass, countRequests } = setUpGuard();
    const { promise, reject } = Promise.withResolvers<string>();
    const results = createUsers(100).map((user) => run(user, () => promise));
    await settle();
    expect(countRequests()).toBe(20);
    pass(milliseconds);
    reject(new TokenEndpointRefusal(refusal));
    return { results: await Promise.all(results), countRequests };
  }

  test('when the endpoint goes down', async () => {
    const { results, countRequests } = await runQueue({ failure: 'connect' }, 0);
    // Each of the first four failures starts a queued request, because the circuit is still closed.
    const startedBeforeOpen = 24;
    expect(results.slice(startedBeforeOpen)).toEqual(
      Array.from({ length: 76 }, () => rejectedAs('circuit-open')),
    );
    expect(countRequests()).toBeLessThanOrEqual(startedBeforeOpen);
  });

  test('when the requests before them got no response in time', async () => {
    const { results, countRequests } = await runQueue({ failure: 'timeout' }, 5_000);
    expect(results.slice(20)).toEqual(
      Array.from({ length: 80 }, () => rejectedAs('waited-too-long')),
    );
    expect(countRequests()).toBe(20);
  });
});

describe('the circuit of a tenant', () => {
  test('does not stop the users of another tenant', async () => {
    const { run } = setUpGuard();
    for (const user of createUsers(5)) await run(user, fail, 'contoso');
    expect(await run('alice', undefined, 'contoso')).toEqual(rejectedAs('circuit-open'));
    expect(await run('alice', undefined, 'fabrikam')).toBe('ok');
  });

  test('gets a probe of its own', async () => {
    const { run, pass, countRequests } = setUpGuard();
    const tenants = ['contoso', 'fabrikam'];
    for (const tenant of tenants) for (const user of createUsers(5)) await run(user, fail, tenant);
    pass(5_000);
    const before = countRequests();
    for (const tenant of tenants)
      for (const user of createUsers(20)) await run(`new-${user}`, fail, tenant);
    expect(countRequests() - before).toBe(2);
  });
});

describe('failures', () => {
  test('within five seconds after a success do not open the circuit', async () => {
    const { run, pass } = setUpGuard();
    await run('alice');
    pass(4_999);
    for (const user of createUsers(50)) await run(user, fail);
    expect(await run('bob')).toBe('ok');
  });

  test('within five seconds after a success hold back only those who failed', async () => {
    const { run, countRequests } = setUpGuard();
    await run('alice');
    for (const user of createUsers(5)) await run(user, fail);
    expect(await run('user-0')).toEqual(rejectedAs('circuit-open'));
    expect(countRequests()).toBe(6);
    await run('alice');
    expect(await run('user-0')).toBe('ok');
  });

  test('open the circuit five seconds after the last success', async () => {
    const { run, pass } = setUpGuard();
    await run('alice');
    for (const user of createUsers(5)) await run(user, fail);
    pass(5_000);
    // The first request is a probe.
    await run('bob', fail);
    expect(await run('carol')).toEqual(rejectedAs('circuit-open'));
  });

  test('of users who failed before the last success do not open the circuit', async () => {
    const { run, pass } = setUpGuard();
    const users = createUsers(50);
    for (const user of users.slice(0, 4)) await run(user, fail);
    await run('alice');
    for (const user of users) await run(user, fail);
    pass(1);
    await run('alice');
    for (let round = 0; round < 2; round += 1) {
      pass(60_000);
      for (const user of users) await run(user, fail);
    }
    expect(await run('bob')).toBe('ok');
  });

  test('of users who have succeeded again count', async () => {
    const { run, pass } = setUpGuard();
    const users = createUsers(5);
    for (const user of users.slice(0, 4)) await run(user, fail);
    for (const user of users) await run(user);
    pass(5_000);
    for (const user of users) await run(user, fail);
    expect(await run('bob')).toEqual(rejectedAs('circuit-open'));
  });

  test('count after the clock was set back', async () => {
    const { run, pass } = setUpGuard();
    await run('alice');
    pass(-3_600_000);
    for (const user of ['bob', 'carol', 'bob', 'carol', 'bob']) await run(user, fail);
    expect(await run('alice')).toEqual(rejectedAs('circuit-open'));
  });
});

describe('a probe that is due', () => {
  /** Opens the circuit. Then `failing` has failed and `rejected` was rejected. */
  async function setUpOpen() {
    const setup = setUpGuard();
    for (const user of ['a', 'b', 'c', 'failing', 'a']) await setup.run(user, fail);
    await setup.run('rejected');
    setup.pass(4_000);
    return setup;
  }

  test('goes to a new user before one who was rejected', async () => {
    const { run, pass } = await setUpOpen();
    await run('new-1');
    pass(1_000);
    expect(await run('rejected')).toEqual(rejectedAs('circuit-open'));
    expect(await run('new-2')).toBe('ok');
  });

  test('goes to a rejected user before one who failed', async () => {
    const { run, pass } = await setUpOpen();
    await run('rejected');
    pass(1_000);
    expect(await run('failing')).toEqual(rejectedAs('circuit-open'));
    expect(await run('rejected')).toBe('ok');
  });

  test('goes to a user who failed if no other user asked in the last four seconds', async () => {
    const { run, pass } = await setUpOpen();
    pass(1_000);
    expect(await run('failing')).toBe('ok');
  });

  test('goes to any user after another second', async () => {
    const { run, pass } = await setUpOpen();
    await run('new-1');
    pass(2_000);
    expect(await run('failing')).toBe('ok');
  });

  test('does not go to the user of the last probe while others ask', async () => {
    const { run, pass, countRequests } = await setUpOpen();
    pass(1_000);
    await run('failing', fail);
    const before = countRequests();
    for (let second = 0; second < 4; second += 1) {
      await run('rejected');
      pass(1_000);
    }
    pass(2_000);
    expect(await run('failing', fail)).toEqual(rejectedAs('circuit-open'));
    expect(countRequests()).toBe(before);
  });

  test('is no longer needed when only the user of the last probe asks', async () => {
    const { run, pass } = await setUpOpen();
    pass(1_000);
    await run('failing', fail);
    pass(5_000);
    expect(await run('failing', fail)).toEqual({ failure: 'connect' });
    expect(await run('alice')).toBe('ok');
  });
});
