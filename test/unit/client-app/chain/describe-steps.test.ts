import { describe, expect, test } from '@jest/globals';
import { gatherCalls } from '../../../../client-app/chain/gather-calls.ts';
import type { HopRecord } from '../../../../client-app/policies/emulator-control.ts';
import {
  createExchange,
  createRecord,
  createUncorrelatedRecord,
  type Interval,
  stepUpFacts,
} from './create-record.ts';

const firstCall = (records: readonly HopRecord[]) => gatherCalls(records)[0];
const outlineSteps = (records: readonly HopRecord[]) =>
  firstCall(records)?.steps.map(({ from, to, outcome }) => `${from} ${to} ${outcome}`);

describe('a call without cached tokens', () => {
  const records = [
    createUncorrelatedRecord('vault', 'secrets', 401, [11, 12], { reason: 'no bearer token' }),
    createUncorrelatedRecord('managed-identity', 'identity-token', 200, [12, 14], {
      identity: 'original-api',
    }),
    createUncorrelatedRecord('vault', 'secrets', 200, [15, 16], { identity: 'original-api' }),
    createExchange(200, [17, 20], {
      token: { aud: 'd', azp: 'o', scp: 'Documents.Read', exp: 5 },
    }),
    createRecord('downstream-api', 'GET downstream/documents', 200, [22, 25]),
    createUncorrelatedRecord('tables', 'GET documents', 200, [23, 24]),
    createRecord('original-api', 'GET documents', 200, [10, 30]),
  ];

  test('has the steps of the article, and those that get the client credential', () => {
    expect(outlineSteps(records)).toEqual([
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
  });

  test('shows the claims of the issued token B that the article explains', () => {
    const issued = firstCall(records)?.steps.find(({ title }) => title.includes('issues token B'));
    expect(issued?.facts).toEqual(['aud d', 'azp o', 'scp Documents.Read']);
  });

  test('shows the requests of Downstream API to its store', () => {
    const decision = firstCall(records)?.steps.find(
      ({ from, to }) => from === 'downstream' && to === 'downstream',
    );
    expect(decision?.facts).toEqual(['1 request to Table storage']);
  });

  test('has no stop', () => {
    expect(firstCall(records)?.stop).toBeUndefined();
  });
});

test('a call without an exchange uses the cached token B', () => {
  const records = [
    createRecord('original-api', 'GET journey', 200, [1, 5]),
    createRecord('downstream-api', 'GET downstream/caller', 200, [2, 4]),
  ];
  expect(outlineSteps(records)?.slice(2, 5)).toEqual([
    'original original passed',
    'original original cached',
    'original downstream passed',
  ]);
});

describe('the claims of cached tokens', () => {
  const tokenB = (scp: string) => ({
    aud: 'd',
    azp: 'o',
    azpacr: '2',
    scp,
    acrs: ['c1'],
    amr: ['pwd', 'mfa'],
    oid: 'another-user',
  });
  const issueTokenB = (scope: string, [start, end]: Interval) =>
    createExchange(
      200,
      [start, end],
      { scopes: [scope], token: tokenB(scope) },
      { correlationId: `exchange-${start}` },
    );

  const signIn = createRecord('entra', 'token', 200, [1, 2], {
    correlationId: 'sign-in',
    facts: { grant: 'authorization_code', token: { aud: 'o', azp: 'c', amr: ['pwd'] } },
  });
  const refusedExchange = createExchange(
    400,
    [12, 13],
    { scopes: ['Documents.ReadWrite'], ...stepUpFacts },
    { correlationId: 'refused' },
  );
  const before = [
    signIn,
    issueTokenB('Documents.ReadWrite', [4, 5]),
    issueTokenB('Documents.Read', [6, 7]),
    issueTokenB('Profile.Read', [8, 9]),
    issueTokenB('Profile.ReadWrite', [10, 11]),
    refusedExchange,
  ];
  const later = createExchange(
    200,
    [40, 41],
    { scopes: ['Documents.ReadWrite'], token: { aud: 'later' } },
    { correlationId: 'later' },
  );

  const findCachedFacts = (operation: string) => {
    const call = firstCall([
      ...before,
      createRecord('original-api', 'GET x', 200, [21, 25]),
      createRecord('downstream-api', operation, 200, [22, 24]),
      later,
    ]);
    const cached = call?.steps.filter(({ outcome }) => outcome === 'cached') ?? [];
    return {
      tokenA: cached.find(({ cargo }) => cargo[0] === 'a')?.facts,
      tokenB: cached.find(({ cargo }) => cargo[0] === 'b')?.facts,
    };
  };

  test('of token A are those of the last one issued, without claims of one user', () => {
    expect(findCachedFacts('GET downstream/caller').tokenA).toEqual(['aud o', 'azp c']);
  });

  test.each([
    { operation: 'GET downstream/caller', scope: 'Documents.Read' },
    { operation: 'GET downstream/profiles/{userId}', scope: 'Profile.Read' },
    { operation: 'PUT downstream/profiles/{userId}', scope: 'Profile.ReadWrite' },
    { operation: 'DELETE downstream/documents/{id}', scope: 'Documents.ReadWrite' },
  ])(
    'of token B are those of the last one issued for $scope: $operation',
    ({ operation, scope }) => {
      expect(findCachedFacts(operation).tokenB).toEqual([
        'aud d',
        'azp o',
        'azpacr 2',
        `scp ${scope}`,
      ]);
    },
  );
});

describe('a refused exchange', () => {
  const records = [
    createRecord('original-api', 'PUT documents/{id}', 401, [1, 4]),
    createExchange(400, [2, 3], stepUpFacts),
    createRecord('entra', 'token', 400, [5, 6], {
      facts: { grant: 'refresh_token', ...stepUpFacts },
    }),
  ];

  test('stops at Entra with the AADSTS number, the OAuth error and the problem code', () => {
    expect(firstCall(records)?.stop).toMatchObject({
      where: 'entra',
      aadsts: 50076,
      code: 'step_up_required',
      error: 'interaction_required',
    });
  });

  test('goes back to the Client App, which then requests a token silently', () => {
    expect(outlineSteps(records)?.slice(3)).toEqual([
      'original entra passed',
      'entra entra refused',
      'entra original refused',
      'original client refused',
      'client entra refused',
    ]);
  });
});

describe('a claims challenge of Downstream API', () => {
  const challenge = 'Bearer error="insufficient_claims", claims="e30="';
  const challenged = [
    createExchange(200, [2, 3]),
    createRecord('downstream-api', 'DELETE downstream/documents/{id}', 401, [4, 5], {
      facts: { wwwAuthenticate: challenge },
    }),
  ];

  test('is a refusal, but no stop when another exchange satisfies it', () => {
    const records = [
      createRecord('original-api', 'DELETE documents/{id}', 204, [1, 10]),
      ...challenged,
      createExchange(200, [6, 7]),
      createRecord('downstream-api', 'DELETE downstream/documents/{id}', 204, [8, 9]),
    ];
    expect(firstCall(records)?.stop).toBeUndefined();
    expect(outlineSteps(records)).toContain('downstream downstream refused');
  });

  test('stops at Entra when Entra refuses the other exchange', () => {
    const records = [
      createRecord('original-api', 'DELETE documents/{id}', 401, [1, 10]),
      ...challenged,
      createExchange(400, [6, 7], stepUpFacts),
    ];
    expect(firstCall(records)?.stop).toMatchObject({ where: 'entra', aadsts: 50076 });
  });
});

interface FailedCall {
  readonly reason: string;
  readonly status: number;
  readonly wwwAuthenticate?: string;
  /** What happened during the call, which lasts from 1 to 4. */
  readonly inside: readonly HopRecord[];
  readonly where: string;
  readonly code: string;
}

const failedCalls: readonly FailedCall[] = [
  {
    reason: 'Original API rejects token A',
    status: 401,
    wwwAuthenticate: 'Bearer realm="o", error="invalid_token"',
    inside: [],
    where: 'original',
    code: 'invalid_token',
  },
  {
    reason: 'Original API received no token',
    status: 401,
    wwwAuthenticate: 'Bearer realm="o", authorization_uri="x", resource_metadata="y"',
    inside: [],
    where: 'original',
    code: 'invalid_token',
  },
  {
    reason: 'Entra’s signing keys are not available',
    status: 503,
    inside: [createUncorrelatedRecord('entra', 'keys', 503, [2, 3])],
    where: 'original',
    code: 'unavailable',
  },
  {
    reason: 'Key Vault fails',
    status: 503,
    inside: [
      createUncorrelatedRecord('vault', 'secrets', 500, [2, 3], { identity: 'original-api' }),
    ],
    where: 'vault',
    code: 'unavailable',
  },
  {
    reason: 'Entra’s token endpoint fails',
    status: 503,
    inside: [createExchange(503, [2, 3])],
    where: 'entra',
    code: 'unavailable',
  },
  {
    reason: 'the user has no permission at Downstream API',
    status: 403,
    inside: [createRecord('downstream-api', 'GET downstream/profiles/{userId}', 403, [2, 3])],
    where: 'downstream',
    code: 'forbidden',
  },
];

test.each(failedCalls)('the chain stops at $where with $code when $reason', (failed) => {
  const { status, wwwAuthenticate, inside, where, code } = failed;
  const facts = wwwAuthenticate === undefined ? {} : { wwwAuthenticate };
  const request = createRecord('original-api', 'GET x', status, [1, 4], { facts });
  expect(firstCall([request, ...inside])?.stop).toMatchObject({ where, code });
});

describe('a call of Microsoft Graph', () => {
  const call = (status: number) => createRecord('original-api', 'GET people', status, [1, 9]);
  const graph = (status: number, facts: HopRecord['facts'] = {}) =>
    createRecord('graph', 'GET users', status, [6, 7], { facts });
  const exchange = createExchange(200, [2, 4], {
    resource: '00000003-0000-0000-c000-000000000000',
    scopes: ['User.ReadBasic.All'],
    token: { aud: 'g' },
  });

  test('has the exchange for Graph and the call of Graph', () => {
    const titles = firstCall([exchange, graph(200), call(200)])?.steps.map(({ title }) => title);

    expect(titles).toEqual(
      expect.arrayContaining([
        'Entra issues token B for Microsoft Graph',
        'Original API calls Microsoft Graph with token B: GET users',
        'Microsoft Graph returns 200',
      ]),
    );
  });

  test('uses a cached token B for Graph, with the claims of the earlier exchange', () => {
    const earlier = { ...exchange, at: 0, took: 1, correlationId: 'earlier' };
    const steps = firstCall([earlier, graph(200), call(200)])?.steps;

    expect(steps?.find(({ title }) => title.includes('cached token B'))?.facts).toEqual(['aud g']);
  });

  test.each([
    { name: 'an unknown person', status: 404, facts: {}, code: 'not_found' },
    { name: 'a challenge', status: 401, facts: { claims: '{}' }, code: 'sign_in_again' },
    { name: 'an outage', status: 503, facts: {}, code: 'unavailable' },
  ])('stops at Graph for $name', ({ status, facts, code }) => {
    const { stop } = firstCall([exchange, graph(status, facts), call(status)]) ?? {};

    expect(stop).toMatchObject({ where: 'graph', code });
  });
});
