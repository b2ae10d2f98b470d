import { expect, test } from '@jest/globals';
import { gatherCalls } from '../../../../client-app/chain/chain.ts';
import { layOut, narrow, wide } from '../../../../client-app/chain/layout.ts';
import { causeOf, sayNext } from '../../../../client-app/chain/words.ts';
import type { Recorded } from '../../../../client-app/policies/emulators.ts';

let sequence = 0;
/** A record that began at `from` and ended at `at`. */
function record(
  hop: Recorded['hop'],
  operation: string,
  status: number,
  from: number,
  at: number,
  more: Partial<Recorded> = {},
): Recorded {
  sequence += 1;
  return {
    sequence,
    hop,
    operation,
    status,
    at,
    took: at - from,
    correlationId: 'call-1',
    facts: {},
    ...more,
  };
}
const alone = { correlationId: undefined } as unknown as Partial<Recorded>;
const exchange = (status: number, from: number, at: number, facts: Record<string, unknown> = {}) =>
  record('entra', 'token', status, from, at, {
    facts: { grant: 'urn:ietf:params:oauth:grant-type:jwt-bearer', ...facts },
  });
const stepUp = {
  aadsts: 50076,
  error: 'interaction_required',
  suberror: 'basic_action',
  claims: '{"access_token":{}}',
};

const tell = (records: readonly Recorded[]) =>
  gatherCalls(records)[0]?.steps.map(({ from, to, outcome }) => `${from} ${to} ${outcome}`);

test('a cold call is told as the article tells it, the credential’s way included', () => {
  const records = [
    record('managed-identity', 'identity-token', 200, 12, 14, {
      ...alone,
      facts: { identity: 'original-api' },
    }),
    record('vault', 'secrets', 401, 11, 12, {
      ...alone,
      facts: { reason: 'There is no bearer token.' },
    }),
    record('vault', 'secrets', 200, 15, 16, { ...alone, facts: { identity: 'original-api' } }),
    exchange(200, 17, 20, { token: { aud: 'd', azp: 'o', scp: 'Documents.Read', exp: 5 } }),
    record('tables', 'GET documents', 200, 23, 24, alone),
    record('downstream-api', 'GET downstream/documents', 200, 22, 25),
    record('original-api', 'GET documents', 200, 10, 30),
  ];
  expect(tell(records)).toEqual([
    'client client cached',
    'client original passed',
    'original original passed',
    'original identity passed',
    'vault original passed',
    'original entra passed',
    'entra entra passed',
    'entra original passed',
    'original downstream passed',
    'downstream downstream passed',
    'downstream original passed',
    'original client passed',
  ]);
  const [call] = gatherCalls(records);
  expect(call).toMatchObject({
    operation: 'GET documents',
    status: 200,
    at: 10,
    took: 20,
    requests: 6,
    stop: undefined,
  });
  expect(call?.steps[7]?.facts).toEqual(['aud d', 'azp o', 'scp Documents.Read']);
});

test('a token B that is still good is told as cached', () => {
  const records = [
    record('downstream-api', 'GET downstream/caller', 200, 2, 4),
    record('original-api', 'GET journey', 200, 1, 5),
  ];
  expect(tell(records)?.slice(2, 5)).toEqual([
    'original original passed',
    'original original cached',
    'original downstream passed',
  ]);
});

test('a cached token is told with the claims of the last one issued for that scope, and with nothing that is a person’s own', () => {
  const token = (scp: string) => ({
    aud: 'd',
    azp: 'o',
    azpacr: '2',
    scp,
    acrs: ['c1'],
    amr: ['pwd', 'mfa'],
    oid: 'somebody',
  });
  const issue = (scp: string, from: number) => ({
    ...exchange(200, from, from + 1, { scopes: [scp], token: token(scp) }),
    correlationId: `earlier-${from}`,
  });
  const signIn = record('entra', 'token', 200, 1, 2, {
    correlationId: 'sign-in',
    facts: { grant: 'authorization_code', token: { aud: 'o', azp: 'c', amr: ['pwd'] } },
  });
  const refused = {
    ...exchange(400, 12, 13, { scopes: ['Documents.ReadWrite'], ...stepUp }),
    correlationId: 'refused',
  };
  const before = [
    signIn,
    issue('Documents.ReadWrite', 4),
    issue('Documents.Read', 6),
    issue('Profile.Read', 8),
    issue('Profile.ReadWrite', 10),
  ];
  const cached = (operation: string) => {
    const inside = record('downstream-api', operation, 200, 22, 24);
    const later = {
      ...issue('Documents.ReadWrite', 40),
      facts: { ...issue('x', 40).facts, token: { aud: 'later' } },
    };
    const steps =
      gatherCalls([
        ...before,
        refused,
        inside,
        record('original-api', 'any', 200, 21, 25),
        later,
      ])[0]?.steps ?? [];
    return steps.filter(({ outcome }) => outcome === 'cached').map(({ facts }) => facts);
  };
  const a = ['aud o', 'azp c'];
  const b = (scp: string) => ['aud d', 'azp o', 'azpacr 2', `scp ${scp}`];
  expect(cached('GET downstream/caller')).toEqual([a, b('Documents.Read')]);
  expect(cached('GET downstream/profiles/{userId}')).toEqual([a, b('Profile.Read')]);
  expect(cached('PUT downstream/profiles/{userId}')).toEqual([a, b('Profile.ReadWrite')]);
  expect(cached('DELETE downstream/documents/{id}')).toEqual([a, b('Documents.ReadWrite')]);
});

test('a refused exchange stops at Entra, with number, class and cause, and the silent attempt afterwards is told', () => {
  const records = [
    exchange(400, 2, 3, stepUp),
    record('original-api', 'PUT documents/{id}', 401, 1, 4),
    record('entra', 'token', 400, 5, 6, { facts: { grant: 'refresh_token', ...stepUp } }),
  ];
  expect(tell(records)?.slice(3)).toEqual([
    'original entra passed',
    'entra entra refused',
    'entra original refused',
    'original client refused',
    'client entra refused',
  ]);
  expect(gatherCalls(records)[0]?.stop).toMatchObject({
    where: 'entra',
    aadsts: 50076,
    code: 'step_up_required',
    error: 'interaction_required',
  });
});

test('Downstream’s own challenge leads to one more exchange; when that succeeds, nothing has stopped', () => {
  const challenged = {
    facts: { wwwAuthenticate: 'Bearer error="insufficient_claims", claims="e30="' },
  };
  const begin = [
    exchange(200, 2, 3),
    record('downstream-api', 'DELETE downstream/documents/{id}', 401, 4, 5, challenged),
  ];
  const good = [
    ...begin,
    exchange(200, 6, 7),
    record('downstream-api', 'DELETE downstream/documents/{id}', 204, 8, 9),
    record('original-api', 'DELETE documents/{id}', 204, 1, 10),
  ];
  expect(gatherCalls(good)[0]?.stop).toBeUndefined();
  expect(tell(good)).toContain('downstream downstream refused');
  const bad = [
    ...begin,
    exchange(400, 6, 7, stepUp),
    record('original-api', 'DELETE documents/{id}', 401, 1, 10),
  ];
  expect(gatherCalls(bad)[0]?.stop).toMatchObject({ where: 'entra', aadsts: 50076 });
});

test.each([
  [
    'a token that Original refuses',
    401,
    { facts: { wwwAuthenticate: 'Bearer realm="o", error="invalid_token"' } },
    [],
    'original',
    'invalid_token',
  ],
  [
    'keys that cannot be read',
    503,
    {},
    [record('entra', 'keys', 503, 2, 3, alone)],
    'original',
    'unavailable',
  ],
  [
    'a vault in trouble',
    503,
    {},
    [record('vault', 'secrets', 500, 2, 3, { ...alone, facts: { identity: 'original-api' } })],
    'vault',
    'unavailable',
  ],
  ['Entra in trouble', 503, {}, [exchange(503, 2, 3)], 'entra', 'unavailable'],
  [
    'no permission at Downstream',
    403,
    {},
    [record('downstream-api', 'GET downstream/profiles/{userId}', 403, 2, 3)],
    'downstream',
    'forbidden',
  ],
] as const)('%s: the chain stops where it did', (_name, status, more, inside, where, code) => {
  const records = [...inside, record('original-api', 'GET x', status, 1, 4, more)];
  expect(gatherCalls(records)[0]?.stop).toMatchObject({ where, code });
});

test('what carries no correlation id and belongs to no call, preflights and health are left out; the newest call is first', () => {
  const records = [
    record('entra', 'metadata', 200, 1, 2, alone),
    record('original-api', 'OPTIONS documents', 204, 1, 2),
    record('original-api', 'GET health', 200, 1, 2, { correlationId: 'h' }),
    record('original-api', 'GET documents', 200, 3, 4, { correlationId: 'old' }),
    record('original-api', 'GET journey', 200, 5, 6, { correlationId: 'new' }),
  ];
  expect(gatherCalls(records).map(({ id }) => id)).toEqual(['new', 'old']);
});

test('the picture holds every arrow, and those of one pair do not lie upon each other', () => {
  const steps =
    gatherCalls([
      exchange(200, 2, 3),
      record('downstream-api', 'GET x', 200, 4, 5),
      record('original-api', 'GET x', 200, 1, 6),
    ])[0]?.steps ?? [];
  for (const layout of [wide, narrow]) {
    const arrows = layOut(steps, layout).filter((arrow) => arrow !== undefined);
    expect(arrows.length).toBe(6);
    for (const { x, y } of arrows.flatMap(({ from, to, rest }) => [from, to, rest])) {
      expect([x > 0, x < layout.width, y > 0, y < layout.height]).toEqual([true, true, true, true]);
    }
    const places = arrows.map(({ rest }) => `${Math.round(rest.x)} ${Math.round(rest.y)}`);
    expect(new Set(places).size).toBe(places.length);
  }
});

test('every number has a cause in words and a class that the Client App has a plan for', () => {
  for (const number of [50013, 50057, 50076, 50105, 50173, 53003, 65001, 90094, 500133, 7000222]) {
    const { cause, code } = causeOf(number, 400);
    expect(cause).toMatch(/^[A-Z].*\.$/);
    expect({ code, plan: sayNext(code) }).not.toEqual({ code, plan: 'says so.' });
  }
  expect(causeOf(undefined, 429).code).toBe('unavailable');
  expect(causeOf(undefined, 400).code).toBe('bad_gateway');
  expect(sayNext(undefined)).toBe('says so.');
});
