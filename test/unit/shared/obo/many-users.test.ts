import { describe, expect, test } from '@jest/globals';
import type { GuardRejection } from '../../../../shared/obo/network.ts';
import {
  type Behaviour,
  createRandom,
  createSimulation,
  type SimulatedRequest,
  type Simulation,
} from './guard-simulation.ts';

const second = 1_000;

/** How long Entra usually takes, in milliseconds. */
const latency = 300;

const healthy: Behaviour = { after: latency };

/** The ways in which the token endpoint can fail, for one user or for all. */
const faults: { fault: string; behaviour: Behaviour }[] = [
  { fault: 'resets the connection', behaviour: { after: 5, refusal: { failure: 'broken' } } },
  { fault: 'refuses the connection', behaviour: { after: 5, refusal: { failure: 'connect' } } },
  { fault: 'cuts the body', behaviour: { after: latency, refusal: { failure: 'broken' } } },
  {
    fault: 'sends HTML with status 200',
    behaviour: { after: 5, refusal: { status: 200, failure: 'unreadable' } },
  },
  { fault: 'sends HTML with status 502', behaviour: { after: 5, refusal: { status: 502 } } },
  { fault: 'hangs', behaviour: { after: 5 * second, refusal: { failure: 'timeout' } } },
];

/** Faults that do not depend on the content of the response. */
const outages = faults.filter(({ behaviour }) => behaviour.refusal?.failure !== 'unreadable');

const isStranger = ({ objectId }: SimulatedRequest) => objectId.startsWith('stranger');
const isRefused = ({ refusal }: SimulatedRequest) => refusal !== undefined;
const wasSent = ({ sentAt }: SimulatedRequest) => sentAt !== undefined;

/** Lets a user ask at regular intervals. */
function askRegularly(
  { at, ask }: Simulation,
  tenantId: string,
  objectId: string,
  times: { readonly from: number; readonly until: number; readonly every: number },
): void {
  for (let time = times.from; time < times.until; time += times.every)
    at(time, () => ask(tenantId, objectId));
}

/** Lets a new user ask in each second, at a random moment. */
function askAsStrangers(
  { at, ask }: Simulation,
  tenantId: string,
  seconds: number,
  random: () => number,
): void {
  for (let index = 0; index < seconds; index += 1)
    at(Math.floor((index + random()) * second), () => ask(tenantId, `stranger-${index}`));
}

describe('when Entra fails for one user', () => {
  test.each(faults)('and $fault, 0 of 60 strangers are harmed', async ({ behaviour }) => {
    const simulation = createSimulation((_, user) => (user === 'sick' ? behaviour : healthy));
    for (let parallel = 0; parallel < 4; parallel += 1)
      askRegularly(simulation, 'contoso', 'sick', { from: 0, until: 60 * second, every: 100 });
    askAsStrangers(simulation, 'contoso', 60, createRandom(1));
    await simulation.runUntil(70 * second);
    const strangers = simulation.requests.filter(isStranger);
    expect(strangers).toHaveLength(60);
    expect(strangers.filter(isRefused)).toEqual([]);
    expect(strangers.every(({ askedAt, sentAt }) => sentAt === askedAt)).toBe(true);
  });
});

describe('when Entra fails for some users, who ask every five seconds', () => {
  const duration = 300;

  /** Returns the share of strangers that got no token. */
  async function runHalfBroken(sickUsers: number, behaviour: Behaviour): Promise<number> {
    const random = createRandom(sickUsers);
    const simulation = createSimulation((_, user) =>
      user.startsWith('sick') ? behaviour : healthy,
    );
    for (let index = 0; index < sickUsers; index += 1) {
      const from = Math.floor(random() * 5 * second);
      const times = { from, until: duration * second, every: 5 * second };
      askRegularly(simulation, 'contoso', `sick-${index}`, times);
    }
    askAsStrangers(simulation, 'contoso', duration, random);
    await simulation.runUntil((duration + 20) * second);
    const strangers = simulation.requests.filter(isStranger);
    return strangers.filter(isRefused).length / strangers.length;
  }

  const withStatus500: Behaviour = { after: latency, refusal: { status: 500 } };
  test.each([1, 2, 5, 20, 50, 200])('%i sick users: at most 5 %% of others fail', async (count) => {
    expect(await runHalfBroken(count, withStatus500)).toBeLessThanOrEqual(0.05);
  });

  test.each(outages)('20 sick users, Entra $fault: at most 5 % fail', async ({ behaviour }) => {
    expect(await runHalfBroken(20, behaviour)).toBeLessThanOrEqual(0.05);
  });

  test.each(outages)('in one tenant only, and $fault: 0 % of another fail', async (row) => {
    const simulation = createSimulation((tenant) => (tenant === 'sick' ? row.behaviour : healthy));
    for (let index = 0; index < 200; index += 1) {
      const times = { from: index * 25, until: 60 * second, every: 5 * second };
      askRegularly(simulation, 'sick', `user-${index}`, times);
    }
    askAsStrangers(simulation, 'contoso', 60, createRandom(1));
    await simulation.runUntil(80 * second);
    const strangers = simulation.requests.filter(isStranger);
    expect(strangers).toHaveLength(60);
    expect(strangers.filter(isRefused)).toEqual([]);
  });
});

describe('when Entra is down for all users', () => {
  const downAt = 60 * second;
  const backAt = 180 * second;
  const tenants = ['contoso', 'fabrikam'];

  /** Runs an outage. In each tenant, 50 users ask once a second, and so does a new one. */
  async function runOutage(behaviour: Behaviour): Promise<readonly SimulatedRequest[]> {
    const simulation = createSimulation((_tenant, _user, now) =>
      now >= downAt && now < backAt ? behaviour : healthy,
    );
    for (const tenant of tenants) {
      for (let index = 0; index < 50; index += 1) {
        const times = { from: downAt + index * 20, until: backAt + 20 * second, every: second };
        askRegularly(simulation, tenant, `user-${index}`, times);
      }
      askAsStrangers(simulation, tenant, 200, createRandom(1));
    }
    await simulation.runUntil(backAt + 40 * second);
    return simulation.requests;
  }

  describe.each(outages)('and $fault', ({ behaviour }) => {
    // The circuit opens within 10 s: 5 s after the last success, or after the first timeout.
    const openAt = downAt + 10 * second;

    test('each tenant gets at most one probe in five seconds', async () => {
      const requests = await runOutage(behaviour);
      for (const tenant of tenants) {
        const sent = requests
          .filter(({ tenantId }) => tenantId === tenant)
          .flatMap(({ sentAt }) => sentAt ?? [])
          .filter((sentAt) => sentAt >= openAt && sentAt < backAt);
        const gaps = sent.slice(1).map((time, index) => time - (sent[index] ?? 0));
        expect(sent.length).toBeGreaterThan(5);
        expect(Math.min(...gaps)).toBeGreaterThanOrEqual(5 * second);
      }
    });

    test('no user takes two probes in a row', async () => {
      const probes = (await runOutage(behaviour)).filter(
        ({ tenantId, sentAt = 0 }) => tenantId === 'contoso' && sentAt >= openAt && sentAt < backAt,
      );
      const repeated = probes.filter((probe, i) => probe.objectId === probes[i - 1]?.objectId);
      expect(repeated).toEqual([]);
    });

    test('the others are rejected at once', async () => {
      const rejected = (await runOutage(behaviour)).filter(
        (request) => !wasSent(request) && request.askedAt >= openAt && request.askedAt < backAt,
      );
      expect(rejected.length).toBeGreaterThan(1_000);
      expect(rejected.every(({ askedAt, endedAt }) => askedAt === endedAt)).toBe(true);
    });

    test('all users are served within six seconds of the recovery', async () => {
      // A probe that went out before the recovery can hang for five seconds.
      const servedAt = backAt + 6 * second;
      const late = (await runOutage(behaviour)).filter(({ askedAt }) => askedAt >= servedAt);
      expect(late.length).toBeGreaterThan(1_000);
      expect(late.filter(isRefused)).toEqual([]);
    });
  });
});

describe('when many users ask at once', () => {
  /** Lets users ask at once. Returns their requests after all have ended. */
  async function runCrowd(users: Readonly<Record<string, number>>, behaviour = healthy) {
    const simulation = createSimulation(() => behaviour);
    for (const [tenant, count] of Object.entries(users))
      for (let index = 0; index < count; index += 1)
        simulation.at(0, () => simulation.ask(tenant, `user-${index}`));
    await simulation.runUntil(60 * second);
    return simulation.requests;
  }

  /** Returns the longest wait for Entra, and the longest time until the token, of a tenant. */
  function measure(requests: readonly SimulatedRequest[], tenant: string) {
    const own = requests.filter(({ tenantId }) => tenantId === tenant);
    expect(own.filter(isRefused)).toEqual([]);
    const sum = own.reduce((total, { sentAt = 0 }) => total + sentAt, 0);
    return {
      longest: Math.max(...own.map(({ sentAt = 0 }) => sentAt)),
      mean: sum / own.length,
    };
  }

  test.each([
    { name: '400 users', others: { contoso: 400 } },
    { name: '1,000 users', others: { contoso: 1_000 } },
    { name: '1,000 users of each of two tenants', others: { contoso: 1_000, adatum: 1_000 } },
  ])('$name do not delay 30 of another tenant more than twofold', async ({ others }) => {
    const alone = measure(await runCrowd({ fabrikam: 30 }), 'fabrikam');
    const crowded = (await runCrowd({ ...others, fabrikam: 30 })).filter(
      ({ tenantId }) => tenantId === 'fabrikam',
    );
    const measured = measure(crowded, 'fabrikam');
    expect(measured.longest).toBeLessThanOrEqual(2 * alone.longest);
    expect(measured.mean).toBeLessThanOrEqual(2 * alone.mean);
  });

  test('1,000 users of one tenant are all served', async () => {
    const requests = await runCrowd({ contoso: 1_000 });
    expect(requests.filter(isRefused)).toEqual([]);
    expect(Math.max(...requests.map(({ endedAt = 0 }) => endedAt))).toBeLessThan(5 * second);
  });

  test.each<{ users: number; after: number; rejection: GuardRejection }>([
    { users: 3_000, after: latency, rejection: 'queue-full' },
    { users: 1_000, after: 2 * second, rejection: 'waited-too-long' },
  ])('beyond that, $users users are rejected with $rejection', async (row) => {
    const requests = await runCrowd({ contoso: row.users }, { after: row.after });
    const rejected = requests.filter(isRefused);
    expect(rejected.length).toBeGreaterThan(0);
    expect(new Set(rejected.map(({ refusal }) => refusal?.rejection))).toEqual(
      new Set([row.rejection]),
    );
  });

  test('those who are rejected are asked to return at different times', async () => {
    const rejected = (await runCrowd({ contoso: 3_000 })).filter(isRefused);
    const times = new Set(rejected.map(({ refusal }) => refusal?.retryAfter));
    expect([...times].sort((a = 0, b = 0) => a - b)).toEqual([5, 6, 7, 8, 9, 10]);
  });
});
