import { describe, expect, test } from '@jest/globals';
import { ApiError } from '../../../../shared/api-error.ts';
import { minute, setUpCache } from './exchange-cache-setup.ts';

const never = () => new AbortController().signal;

describe('a cached token', () => {
  test('is returned without another exchange', async () => {
    const { getToken, createRequest, exchanges } = setUpCache();
    expect(await getToken(createRequest('alice'))).toBe('B1 for alice');
    expect(await getToken(createRequest('alice'))).toBe('B1 for alice');
    expect(exchanges).toHaveLength(1);
  });

  test('is marked as cached, and a new one is not', async () => {
    const { exchange, createRequest } = setUpCache();
    const first = await exchange(createRequest('alice'), never());
    expect(first.cached).toBe(false);
    const second = await exchange(createRequest('alice'), never());
    expect(second.cached).toBe(true);
  });

  test('is not returned for other scopes', async () => {
    const { getToken, createRequest, exchanges } = setUpCache();
    await getToken(createRequest('alice', { scopes: ['x', 'y'] }));
    await getToken(createRequest('alice', { scopes: ['x'] }));
    expect(exchanges).toHaveLength(2);
  });

  test.each<{ name: string; audiences?: readonly string[] }>([
    { name: 'none' },
    { name: 'an empty list', audiences: [] },
    { name: 'another one', audiences: ['e'] },
    { name: 'two in one text', audiences: ['d api://d'] },
  ])('is not returned for other audiences: $name', async ({ audiences }) => {
    const { getToken, createRequest, exchanges } = setUpCache();
    await getToken(createRequest('alice', { audiences: ['d', 'api://d'] }));
    await getToken(createRequest('alice', audiences && { audiences }));
    expect(exchanges).toHaveLength(2);
  });

  test('that was not checked is not returned for the text of a missing audience', async () => {
    const { getToken, createRequest, exchanges } = setUpCache();
    await getToken(createRequest('alice'));
    await getToken(createRequest('alice', { audiences: [`${undefined}`] }));
    expect(exchanges).toHaveLength(2);
  });

  test('is returned for the same scopes in another order', async () => {
    const { getToken, createRequest, exchanges } = setUpCache();
    await getToken(createRequest('alice', { scopes: ['x', 'y'] }));
    await getToken(createRequest('alice', { scopes: ['y', 'x'] }));
    expect(exchanges).toHaveLength(1);
  });

  test('is returned if the clock is set back by less than a minute', async () => {
    const { getToken, createRequest, exchanges, pass } = setUpCache();
    const request = createRequest('alice');
    await getToken(request);
    pass(-50_000);
    await getToken(request);
    expect(exchanges).toHaveLength(1);
  });

  test('is not returned if the clock is set back by an hour', async () => {
    const { getToken, createRequest, exchanges, pass } = setUpCache();
    const request = createRequest('alice');
    await getToken(request);
    pass(-60 * minute);
    await getToken(request);
    expect(exchanges).toHaveLength(2);
  });

  test('stays if others are dropped because the cache is full', async () => {
    const { getToken, createRequest, exchanges } = setUpCache({ capacity: 10 });
    for (let user = 0; user < 20; user += 1) {
      await getToken(createRequest('often'));
      await getToken(createRequest(`user-${user}`));
    }
    expect(exchanges.filter(({ caller }) => caller.digest === 'often')).toHaveLength(1);
  });
});

describe('an entry expires', () => {
  const expiries = [
    {
      when: 'five minutes before token B',
      lifetime: 20 * minute,
      callerLifetime: 60 * minute,
      age: 15 * minute,
    },
    {
      when: 'with token A',
      lifetime: 60 * minute,
      callerLifetime: 10 * minute,
      age: 10 * minute,
    },
    {
      when: 'after an hour at the latest',
      lifetime: 28 * 60 * minute,
      callerLifetime: 28 * 60 * minute,
      age: 60 * minute,
    },
  ];

  test.each(expiries)('$when', async ({ lifetime, callerLifetime, age }) => {
    const { getToken, createRequest, exchanges, pass } = setUpCache({ lifetime });
    const request = createRequest('alice', { callerLifetime });
    await getToken(request);
    pass(age * 0.69);
    await getToken(request);
    expect(exchanges).toHaveLength(1);
    pass(age * 0.31);
    await getToken(request);
    expect(exchanges).toHaveLength(2);
  });

  test('at once if token B has less than five minutes left', async () => {
    const { getToken, createRequest, exchanges, pass } = setUpCache({ lifetime: 2 * minute });
    await getToken(createRequest('alice'));
    pass(10);
    await getToken(createRequest('alice'));
    expect(exchanges).toHaveLength(2);
  });
});

describe('the claims of a challenge', () => {
  test('cause an exchange although a token is cached', async () => {
    const { getToken, createRequest } = setUpCache();
    await getToken(createRequest('alice'));
    const challenged = createRequest('alice', { claims: { access_token: {} } });
    expect(await getToken(challenged)).toBe('B2 for alice');
  });

  test('replace the cached token', async () => {
    const { getToken, createRequest, exchanges } = setUpCache();
    await getToken(createRequest('alice'));
    await getToken(createRequest('alice', { claims: { access_token: {} } }));
    expect(await getToken(createRequest('alice'))).toBe('B2 for alice');
    expect(exchanges).toHaveLength(2);
  });
});

describe('evict', () => {
  test('removes a token', async () => {
    const { exchange, evict, getToken, createRequest } = setUpCache();
    const first = await exchange(createRequest('alice'), never());
    evict(createRequest('alice'), first);
    expect(await getToken(createRequest('alice'))).toBe('B2 for alice');
  });

  test('does not remove a newer token', async () => {
    const { exchange, evict, getToken, createRequest } = setUpCache();
    const first = await exchange(createRequest('alice'), never());
    evict(createRequest('alice'), first);
    await getToken(createRequest('alice'));
    evict(createRequest('alice'), first);
    expect(await getToken(createRequest('alice'))).toBe('B2 for alice');
  });
});

describe('the refresh in the background', () => {
  const longCallerLifetime = { callerLifetime: 120 * minute };

  test('does not start if the entry expires with token A', async () => {
    const { getToken, createRequest, exchanges, pass } = setUpCache();
    const request = createRequest('alice', { callerLifetime: 30 * minute });
    await getToken(request);
    pass(29 * minute);
    await getToken(request);
    expect(exchanges).toHaveLength(1);
  });

  test('returns the cached token if it fails', async () => {
    const { getToken, createRequest, pass, failWith } = setUpCache({ lifetime: 45 * minute });
    const request = createRequest('alice', longCallerLifetime);
    await getToken(request);
    pass(37 * minute);
    failWith(new ApiError('sign_in_again'));
    expect(await getToken(request)).toBe('B1 for alice');
  });

  test('is tried again after a minute if it fails, and not with every request', async () => {
    const { getToken, createRequest, exchanges, pass, failWith } = setUpCache({
      lifetime: 45 * minute,
    });
    const request = createRequest('alice', longCallerLifetime);
    await getToken(request);
    pass(37 * minute);
    failWith(new ApiError('sign_in_again'));
    for (let repetition = 0; repetition < 100; repetition += 1) await getToken(request);
    expect(exchanges).toHaveLength(2);
    pass(minute);
    await getToken(request);
    expect(exchanges).toHaveLength(3);
  });
});

describe('1,000 tokens of the same age', () => {
  /** An entry with token B's lifetime of 45 minutes expires after 40 minutes. */
  async function setUpManyUsers() {
    const setup = setUpCache({ lifetime: 45 * minute, capacity: 2_000 });
    const requests = Array.from({ length: 1_000 }, (_, user) =>
      setup.createRequest(`user-${user}`, { callerLifetime: 120 * minute }),
    );
    await Promise.all(requests.map(setup.getToken));
    return { ...setup, requests };
  }

  test('are not refreshed in the first 70% of their time', async () => {
    const { requests, getToken, exchanges, pass } = await setUpManyUsers();
    pass(28 * minute - 1);
    await Promise.all(requests.map(getToken));
    expect(exchanges).toHaveLength(1_000);
  });

  test('are refreshed at different times', async () => {
    const { requests, getToken, exchanges, pass } = await setUpManyUsers();
    pass(32 * minute);
    await Promise.all(requests.map(getToken));
    expect(exchanges.length).toBeGreaterThan(1_200);
    expect(exchanges.length).toBeLessThan(1_800);
  });

  test('are all returned while Entra is unavailable', async () => {
    const { requests, getToken, pass, failWith } = await setUpManyUsers();
    pass(39 * minute);
    failWith(new ApiError('unavailable'));
    const tokens = await Promise.all(requests.map(getToken));
    const expected = requests.map((_, user) => expect.stringMatching(`for user-${user}$`));
    expect(tokens).toEqual(expected);
  });
});
