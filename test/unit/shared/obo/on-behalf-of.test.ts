import { expect, test } from '@jest/globals';
import { ApiError } from '../../../../shared/api-error.ts';
import type { Exchange, ExchangeRequest } from '../../../../shared/obo/exchange.ts';
import { createOnBehalfOf } from '../../../../shared/obo/on-behalf-of.ts';
import { redact, reveal } from '../../../../shared/redacted.ts';
import type { Caller } from '../../../../shared/token/caller.ts';

const minute = 60_000;
const patience = AbortSignal.timeout(10_000);

function setUp({ life = 60 * minute, capacity = 100 } = {}) {
  let now = Date.UTC(2026, 10, 22);
  const made: ExchangeRequest[] = [];
  let hold: Promise<void> = Promise.resolve();
  let refuse: ApiError | undefined;
  const exchange: Exchange = async (request) => {
    made.push(request);
    await hold;
    if (refuse) throw refuse;
    return {
      token: redact(`B${made.length} for ${request.caller.objectId}`),
      expiresOnTimestamp: now + life,
    };
  };
  const onBehalfOf = createOnBehalfOf({ exchange, capacity, now: () => now });
  const request = (
    digest: string,
    changes: Partial<ExchangeRequest> & { expiresIn?: number } = {},
  ): ExchangeRequest => {
    const { expiresIn = 60 * minute, ...rest } = changes;
    const caller = {
      digest,
      objectId: digest,
      tenantId: 't',
      expiresAt: (now + expiresIn) / 1_000,
    } as Caller;
    return { caller, scopes: ['api://d/A'], audiences: [], correlationId: 'id', ...rest };
  };
  return {
    made,
    request,
    onBehalfOf,
    get: async (which: ExchangeRequest) =>
      reveal((await onBehalfOf.exchangeOnBehalf(which, patience)).token),
    pass: (milliseconds: number) => {
      now += milliseconds;
    },
    holdBack: () => {
      const { promise, resolve } = Promise.withResolvers<void>();
      hold = promise;
      return resolve;
    },
    refuseWith: (apiError: ApiError | undefined) => {
      refuse = apiError;
    },
  };
}

test('100 at once for one token share one exchange, and 100 tokens have one each', async () => {
  const { get, request, made } = setUp();
  await Promise.all(Array.from({ length: 100 }, () => get(request('alice'))));
  expect(made).toHaveLength(1);
  const tokens = await Promise.all(
    Array.from({ length: 100 }, (_, user) => get(request(`user-${user}`))),
  );
  expect(made).toHaveLength(101);
  expect(tokens.every((token, user) => token.endsWith(`for user-${user}`))).toBe(true);
});

test('other scopes are another entry; the same in another order are not', async () => {
  const { get, request, made } = setUp();
  await get(request('alice', { scopes: ['x', 'y'] }));
  await get(request('alice', { scopes: ['y', 'x'] }));
  await get(request('alice', { scopes: ['x'] }));
  expect(made).toHaveLength(2);
});

test.each([
  ['five minutes before B expires', { life: 20 * minute }, {}, 15 * minute],
  ['when A expires', {}, { expiresIn: 10 * minute }, 10 * minute],
  [
    'after an hour at most',
    { life: 28 * 60 * minute },
    { expiresIn: 28 * 60 * minute },
    60 * minute,
  ],
])('an entry ends %s', async (_name, options, changes, life) => {
  const { get, request, made, pass } = setUp(options);
  const asked = request('alice', changes);
  await get(asked);
  pass(life * 0.69);
  await get(asked);
  expect(made).toHaveLength(1);
  pass(life * 0.31);
  await get(asked);
  expect(made).toHaveLength(2);
});

test('a token that is about to expire is used once and not kept', async () => {
  const { get, request, made, pass } = setUp({ life: 2 * minute });
  await get(request('alice'));
  pass(10);
  await get(request('alice'));
  expect(made).toHaveLength(2);
});

test('a failure reaches all who waited, is not kept, and is nobody else’s', async () => {
  const { get, request, made, holdBack, refuseWith } = setUp();
  await get(request('bob'));
  const release = holdBack();
  refuseWith(new ApiError('step_up_required'));
  const waiting = Array.from({ length: 5 }, () =>
    get(request('alice')).catch((apiError: ApiError) => apiError.code),
  );
  const others = get(request('bob'));
  release();
  expect(await Promise.all(waiting)).toEqual(Array.from({ length: 5 }, () => 'step_up_required'));
  expect(await others).toMatch(/for bob$/);
  refuseWith(undefined);
  expect(await get(request('alice'))).toMatch(/for alice$/);
  expect(made).toHaveLength(3);
});

test('claims pass the cache by, and what they bring takes the place of the old token', async () => {
  const { get, request, made } = setUp();
  expect(await get(request('alice'))).toBe('B1 for alice');
  expect(await get(request('alice', { claims: { access_token: {} } }))).toBe('B2 for alice');
  expect(await get(request('alice'))).toBe('B2 for alice');
  expect(made).toHaveLength(2);
});

test('one who gives up does not fail the others who wait', async () => {
  const { onBehalfOf, get, request, holdBack } = setUp({ capacity: 2 });
  const release = holdBack();
  const controller = new AbortController();
  const gaveUp = onBehalfOf
    .exchangeOnBehalf(request('alice'), controller.signal)
    .catch((apiError: ApiError) => apiError.code);
  const waits = get(request('alice'));
  controller.abort();
  expect(await gaveUp).toBe('timeout');
  const pushing = ['x', 'y', 'z'].map((user) => get(request(user)));
  release();
  expect(await waits).toMatch(/for alice$/);
  expect(await Promise.all(pushing)).toHaveLength(3);
});

test('an evicted token is exchanged anew, unless another has taken its place', async () => {
  const { onBehalfOf, get, request, made } = setUp();
  const first = await onBehalfOf.exchangeOnBehalf(request('alice'), patience);
  onBehalfOf.evict(request('alice'), first);
  await get(request('alice'));
  expect(made).toHaveLength(2);
  onBehalfOf.evict(request('alice'), first);
  await get(request('alice'));
  expect(made).toHaveLength(2);
});

test('50 who are challenged alike share one exchange', async () => {
  const { get, request, made } = setUp();
  const claims = { access_token: { acrs: { essential: true, value: 'c1' } } };
  await Promise.all(Array.from({ length: 50 }, () => get(request('alice', { claims }))));
  expect(made).toHaveLength(1);
});

test('an early refresh that is refused is tried again after a minute, not with every call', async () => {
  const { get, request, made, pass, refuseWith } = setUp({ life: 45 * minute });
  const asked = request('alice', { expiresIn: 120 * minute });
  await get(asked);
  pass(37 * minute);
  refuseWith(new ApiError('sign_in_again'));
  for (let call = 0; call < 100; call += 1) await get(asked);
  expect(made).toHaveLength(2);
  pass(minute);
  await get(asked);
  expect(made).toHaveLength(3);
});

test('the least recently used go first when it is full', async () => {
  const { get, request, made } = setUp({ capacity: 10 });
  for (let user = 0; user < 20; user += 1) {
    await get(request('often'));
    await get(request(`user-${user}`));
  }
  expect(made.filter(({ caller }) => caller.digest === 'often')).toHaveLength(1);
});

test('1,000 tokens made together are refreshed beside the calls, at different times, and nobody waits or fails', async () => {
  const { get, request, made, pass, refuseWith } = setUp({ life: 45 * minute, capacity: 2_000 });
  const users = Array.from({ length: 1_000 }, (_, user) =>
    request(`user-${user}`, { expiresIn: 120 * minute }),
  );
  await Promise.all(users.map(get));
  pass(28 * minute - 1);
  await Promise.all(users.map(get));
  expect(made).toHaveLength(1_000);
  pass(4 * minute);
  await Promise.all(users.map(get));
  expect(made.length).toBeGreaterThan(1_200);
  expect(made.length).toBeLessThan(1_800);
  refuseWith(new ApiError('unavailable'));
  pass(7 * minute);
  const tokens = await Promise.all(users.map(get));
  expect(tokens.every((token, user) => token.endsWith(`for user-${user}`))).toBe(true);
});

test('a token is not refreshed when A ends first, for the entry ends with A', async () => {
  const { get, request, made, pass } = setUp();
  const asked = request('alice', { expiresIn: 30 * minute });
  await get(asked);
  pass(29 * minute);
  await get(asked);
  expect(made).toHaveLength(1);
});

test('a clock that steps back by an hour serves nothing from the future', async () => {
  const { get, request, made, pass } = setUp();
  const asked = request('alice');
  await get(asked);
  pass(-50_000);
  await get(asked);
  expect(made).toHaveLength(1);
  pass(-60 * minute);
  await get(asked);
  expect(made).toHaveLength(2);
});
