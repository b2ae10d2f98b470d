import { expect, test } from '@jest/globals';
import { rememberTokens } from '../../../shared/remember-tokens.ts';
import { until } from '../../support/until.ts';

test('a token is asked for again from five minutes before it expires, beside the calls, which do not suffer when that fails', async () => {
  let now = 0;
  let asks = 0;
  let down = false;
  const identity = rememberTokens(
    async () => {
      asks += 1;
      if (down) throw new Error('down');
      return { token: String(asks), expiresOnTimestamp: now + 3_600_000 };
    },
    () => now,
  );
  const get = async () => (await identity.getToken('x')).token;
  await get();
  now = 54 * 60_000;
  expect([await get(), asks]).toEqual(['1', 1]);
  now = 56 * 60_000;
  down = true;
  expect([await get(), asks]).toEqual(['1', 2]);
  down = false;
  await until('the next one', async () => (await get()) === '3');
  now += 60 * 60_000;
  expect(await get()).toBe('4');
});

test('one failure is told to all who waited and to nobody after them', async () => {
  let asks = 0;
  const identity = rememberTokens(async () => {
    asks += 1;
    if (asks === 1) throw new Error('down');
    return { token: String(asks), expiresOnTimestamp: Date.now() + 3_600_000 };
  });
  const first = await Promise.allSettled([identity.getToken('x'), identity.getToken(['x'])]);
  expect(first.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  expect([(await identity.getToken('x')).token, asks]).toEqual(['2', 2]);
});

test('tokens of two scopes are kept apart', async () => {
  const identity = rememberTokens(async (scope) => ({ token: `for ${scope}`, expiresOnTimestamp: Date.now() + 3_600_000 }));
  expect((await identity.getToken('a')).token).toBe('for a');
  expect((await identity.getToken('b')).token).toBe('for b');
});
