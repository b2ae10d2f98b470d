import { describe, expect, test } from '@jest/globals';
import { ApiError } from '../../../../shared/api-error.ts';
import { setUpCache } from './exchange-cache-setup.ts';

const challenge = (value: string) => ({ access_token: { acrs: { essential: true, value } } });

describe('concurrent requests share one exchange', () => {
  test('for the same token A', async () => {
    const { getToken, createRequest, exchanges } = setUpCache();
    await Promise.all(Array.from({ length: 100 }, () => getToken(createRequest('alice'))));
    expect(exchanges).toHaveLength(1);
  });

  test('for the same token A and the same claims', async () => {
    const { getToken, createRequest, exchanges } = setUpCache();
    const request = createRequest('alice', { claims: challenge('c1') });
    await Promise.all(Array.from({ length: 50 }, () => getToken(request)));
    expect(exchanges).toHaveLength(1);
  });
});

describe('concurrent requests do not share an exchange', () => {
  test('for different tokens A', async () => {
    const { getToken, createRequest } = setUpCache();
    const users = Array.from({ length: 100 }, (_, user) => `user-${user}`);
    const tokens = await Promise.all(users.map((user) => getToken(createRequest(user))));
    expect(tokens).toEqual(users.map((user, index) => `B${index + 1} for ${user}`));
  });

  test('for different claims', async () => {
    const { getToken, createRequest, exchanges } = setUpCache();
    const c1 = challenge('c1');
    const c2 = challenge('c2');
    const requests = [undefined, c1, c2, c1].map((claims) =>
      createRequest('alice', claims && { claims }),
    );
    const tokens = await Promise.all(requests.map(getToken));
    expect(exchanges.map(({ claims }) => claims)).toEqual([undefined, c1, c2]);
    expect(tokens).toEqual(['B1 for alice', 'B2 for alice', 'B3 for alice', 'B2 for alice']);
  });
});

describe('a failed exchange', () => {
  test('fails all requests that wait for it', async () => {
    const { getToken, createRequest, exchanges, failWith } = setUpCache();
    failWith(new ApiError('step_up_required'));
    const results = await Promise.allSettled(
      Array.from({ length: 5 }, () => getToken(createRequest('alice'))),
    );
    const failed = { status: 'rejected', reason: { code: 'step_up_required' } };
    expect(results).toMatchObject([failed, failed, failed, failed, failed]);
    expect(exchanges).toHaveLength(1);
  });

  test('does not fail the requests of another user', async () => {
    const { getToken, createRequest, holdExchanges, failWith } = setUpCache();
    await getToken(createRequest('bob'));
    const release = holdExchanges();
    failWith(new ApiError('step_up_required'));
    const failed = getToken(createRequest('alice'));
    const other = getToken(createRequest('bob'));
    release();
    await expect(failed).rejects.toMatchObject({ code: 'step_up_required' });
    expect(await other).toBe('B1 for bob');
  });

  test('is not cached', async () => {
    const { getToken, createRequest, failWith } = setUpCache();
    failWith(new Error('down'));
    await expect(getToken(createRequest('alice'))).rejects.toThrow('down');
    failWith(undefined);
    expect(await getToken(createRequest('alice'))).toBe('B2 for alice');
  });
});

describe('a request whose signal aborts', () => {
  test('fails with a timeout', async () => {
    const { exchange, createRequest, holdExchanges } = setUpCache();
    holdExchanges();
    const controller = new AbortController();
    const aborted = exchange(createRequest('alice'), controller.signal);
    controller.abort();
    await expect(aborted).rejects.toMatchObject({ code: 'timeout' });
  });

  test('does not fail other requests that wait for the same exchange', async () => {
    const { exchange, getToken, createRequest, holdExchanges } = setUpCache();
    const release = holdExchanges();
    const controller = new AbortController();
    const aborted = exchange(createRequest('alice'), controller.signal);
    const waiting = getToken(createRequest('alice'));
    controller.abort();
    await expect(aborted).rejects.toMatchObject({ code: 'timeout' });
    release();
    expect(await waiting).toBe('B1 for alice');
  });

  test('does not fail other requests if their tokens exceed the capacity', async () => {
    const { exchange, getToken, createRequest, holdExchanges } = setUpCache({
      capacity: 2,
    });
    const release = holdExchanges();
    const controller = new AbortController();
    const aborted = exchange(createRequest('alice'), controller.signal);
    const waiting = ['alice', 'x', 'y', 'z'].map((user) => getToken(createRequest(user)));
    controller.abort();
    await expect(aborted).rejects.toMatchObject({ code: 'timeout' });
    release();
    const tokens = ['B1 for alice', 'B2 for x', 'B3 for y', 'B4 for z'];
    expect(await Promise.all(waiting)).toEqual(tokens);
  });

  test('leaves no unhandled rejection if its exchange fails later', async () => {
    const { exchange, getToken, createRequest, holdExchanges, failWith } = setUpCache();
    const release = holdExchanges();
    failWith(new Error('late'));
    const controller = new AbortController();
    const aborted = exchange(createRequest('alice'), controller.signal);
    controller.abort();
    await expect(aborted).rejects.toMatchObject({ code: 'timeout' });
    release();
    await new Promise((resolve) => setImmediate(resolve));
    failWith(undefined);
    expect(await getToken(createRequest('alice'))).toBe('B2 for alice');
  });
});
