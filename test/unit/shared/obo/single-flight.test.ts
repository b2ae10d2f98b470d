import { expect, test } from '@jest/globals';
import type { ExchangeRequest } from '../../../../shared/obo/exchange.ts';
import type { ExchangedToken } from '../../../../shared/obo/exchanged-token.ts';
import { createOnBehalfOf } from '../../../../shared/obo/on-behalf-of.ts';
import { redact, reveal } from '../../../../shared/redacted.ts';
import type { Caller } from '../../../../shared/token/caller.ts';

const patience = AbortSignal.timeout(10_000);
const caller = {
  digest: 'alice',
  objectId: 'alice',
  tenantId: 't',
  expiresAt: Date.now(),
} as Caller;
const request = (claims?: object): ExchangeRequest => ({
  caller,
  scopes: ['api://d/A'],
  audiences: [],
  correlationId: 'id',
  claims,
});

/** Exchanges that end when the test says so. */
function setUp(capacity = 10) {
  const flights: {
    claims: unknown;
    land: (token: string) => void;
    crash: (error: Error) => void;
  }[] = [];
  const onBehalfOf = createOnBehalfOf({
    capacity,
    exchange: ({ claims }) => {
      const { promise, resolve, reject } = Promise.withResolvers<ExchangedToken>();
      flights.push({
        claims,
        land: (token) =>
          resolve({ token: redact(token), expiresOnTimestamp: Date.now() + 3_600_000 }),
        crash: reject,
      });
      return promise;
    },
  });
  return {
    flights,
    get: async (claims?: object) =>
      reveal((await onBehalfOf.exchangeOnBehalf(request(claims), patience)).token),
  };
}

const asking = (value: string) => ({ access_token: { acrs: { essential: true, value } } });

test('who is asked for other claims, or for none, does not get what another challenge brought while it was under way', async () => {
  const { flights, get } = setUp();
  const waiting = [get(), get(asking('c1')), get(asking('c2')), get(asking('c1'))];
  expect(flights.map(({ claims }) => claims)).toEqual([undefined, asking('c1'), asking('c2')]);
  flights.forEach(({ land }, flight) => {
    land(`B${flight}`);
  });
  expect(await Promise.all(waiting)).toEqual(['B0', 'B1', 'B2', 'B1']);
});

test('an exchange that fails when all have given up disturbs nobody, and the next one asks anew', async () => {
  const { flights, get } = setUp();
  const controller = new AbortController();
  const onlyOne = createOnBehalfOf({ exchange: () => Promise.reject(new Error('late')) });
  const gaveUp = onlyOne.exchangeOnBehalf(request(), controller.signal);
  controller.abort();
  await expect(gaveUp).rejects.toThrow();
  const first = get();
  flights[0]?.crash(new Error('down'));
  await expect(first).rejects.toThrow('down');
  const second = get();
  flights[1]?.land('B');
  expect([await second, flights.length]).toEqual(['B', 2]);
});
