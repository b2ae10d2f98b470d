import {
  type Case,
  claimCases,
  describeAnswer,
  type Group,
  patiently,
  probe,
  tokenCases,
} from './case.ts';

const group = 'Must stay 200';
const seconds = () => Date.now() / 1_000;
const ok = '200';

/** Unusual and good: who refuses everything would pass every other group. */
export const mustStay200: Group = (api) => {
  const { token, emulators } = api;
  const { aud } = api.good.claims;
  const scheme = (name: string, value: string): Case => ({
    group,
    name,
    expected: ok,
    run: async () => describeAnswer(await probe(api, { authorization: value })),
  });
  return [
    scheme('a good token', `Bearer ${token}`),
    scheme('bearer in lower case', `bearer ${token}`),
    scheme('BEARER in upper case', `BEARER ${token}`),
    scheme('two blanks before the token', `Bearer  ${token}`),
    {
      group,
      name: 'a cookie beside it',
      expected: ok,
      run: async () =>
        describeAnswer(
          await probe(api, { authorization: `Bearer ${token}`, cookie: 'access_token=x' }),
        ),
    },
    ...(emulators
      ? [
          {
            group,
            name: 'a v1 token',
            expected: ok,
            run: () => patiently(api, api.forge({ claims: version1(api) })),
          },
        ]
      : []),
    ...claimCases(api, group, [
      [
        'exp 55 s ago',
        () => ({ exp: seconds() - 55, nbf: seconds() - 3_600, iat: seconds() - 3_600 }),
        ok,
      ],
      ['nbf and iat 55 s ahead', () => ({ nbf: seconds() + 55, iat: seconds() + 55 }), ok],
      [
        'dates with a fraction',
        () => ({ exp: seconds() + 1_800.25, nbf: seconds() - 1.5, iat: seconds() - 1.5 }),
        ok,
      ],
      [
        'a token of 28 h, as continuous access evaluation makes them',
        () => ({ exp: Math.floor(seconds()) + 28 * 3_600 }),
        ok,
      ],
      [
        'a token of 12 KiB with 200 groups',
        {
          groups: Array.from(
            { length: 200 },
            (_, index) => `00000000-0000-4000-8000-${String(index).padStart(12, '0')}`,
          ),
          wids: ['x'.repeat(700)],
        },
        ok,
      ],
      ['aud as a list of one', { aud: [aud] }, ok],
      [
        'claims nobody knows',
        {
          xms_tcdt: 1_600_000_000,
          deeply: { nested: [1, null, {}] },
          '': '',
          _claim_names: { groups: 'src1' },
        },
        ok,
      ],
      ['names beyond the BMP', { name: '𝒜lice 👩‍💻 Ångström 山田', given_name: '\u202eecila' }, ok],
      ['a v1 token for the bare client id', { ...version1(api), aud }, ok],
      ['no idtyp', { idtyp: undefined }, ok],
      ['a role of the user', { roles: ['Something.Else'] }, ok],
      ['one role as a text', { roles: 'Something.Else' }, ok],
    ]),
    ...(emulators
      ? tokenCases(api, group, [
          ['typ at+jwt', () => api.forge({ header: { typ: 'at+jwt' } }), ok],
          ['x5t beside the kid', () => api.forge({ header: { x5t: api.good.header.kid } }), ok],
          ['a guest', () => emulators.token('gina'), ok],
          ['a member of 200 groups', () => emulators.token('greta'), ok],
          [
            'the scopes in another order',
            () => api.forge({ claims: { scp: 'Profile.Read Documents.Read' } }),
            ok,
          ],
        ])
      : []),
  ];
};

/** What version 1 spells differently. */
export function version1({ good }: Parameters<Group>[0]): Readonly<Record<string, unknown>> {
  const { iss, aud, azp, azpacr } = good.claims;
  return {
    ver: '1.0',
    iss: String(iss).replace(/v2\.0$/, ''),
    aud: `api://${aud}`,
    appid: azp,
    appidacr: azpacr,
    azp: undefined,
    azpacr: undefined,
  };
}
