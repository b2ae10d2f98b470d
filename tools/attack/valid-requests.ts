import {
  type Api,
  type Case,
  type CreateCases,
  claimsCases,
  describeResponse,
  listDocuments,
  sendTokenUntilAccepted,
  tokenCases,
} from './case.ts';
import type { RawRequest } from './http.ts';

const ok = '200';
const hour = 3_600;
/** The current time in seconds since 1970. */
const now = () => Date.now() / 1_000;

/**
 * Unusual but valid requests, which the API must accept. An API that rejects everything would pass
 * all other groups.
 */
export const validRequests: CreateCases = (api) => {
  const { token, emulators } = api;
  const { aud } = api.decoded.claims;
  const withHeaders = (name: string, headers: RawRequest['headers']): Case => ({
    name,
    expected: ok,
    run: async () => describeResponse(await listDocuments(api, headers)),
  });
  return [
    withHeaders('a valid token', { authorization: `Bearer ${token}` }),
    withHeaders('the scheme bearer in lower case', { authorization: `bearer ${token}` }),
    withHeaders('the scheme BEARER in upper case', { authorization: `BEARER ${token}` }),
    withHeaders('two spaces before the token', { authorization: `Bearer  ${token}` }),
    withHeaders('a cookie in addition to the token', {
      authorization: `Bearer ${token}`,
      cookie: 'access_token=x',
    }),
    ...(emulators
      ? [
          {
            name: 'a v1 token',
            expected: ok,
            run: () => sendTokenUntilAccepted(api, api.forge({ claims: v1Claims(api) })),
          },
        ]
      : []),
    ...claimsCases(api, [
      [
        'exp 55 s in the past',
        () => ({ exp: now() - 55, nbf: now() - hour, iat: now() - hour }),
        ok,
      ],
      ['nbf and iat 55 s in the future', () => ({ nbf: now() + 55, iat: now() + 55 }), ok],
      [
        'fractional times',
        () => ({ exp: now() + 1_800.25, nbf: now() - 1.5, iat: now() - 1.5 }),
        ok,
      ],
      [
        'a lifetime of 28 h, as with continuous access evaluation',
        () => ({ exp: Math.floor(now()) + 28 * hour }),
        ok,
      ],
      [
        'a token of 12 KiB with 200 groups',
        { groups: Array.from({ length: 200 }, createGroupId), wids: ['x'.repeat(700)] },
        ok,
      ],
      ['aud as an array with one element', { aud: [aud] }, ok],
      [
        'unknown claims',
        {
          xms_tcdt: 1_600_000_000,
          deeply: { nested: [1, null, {}] },
          '': '',
          _claim_names: { groups: 'src1' },
        },
        ok,
      ],
      [
        'names with characters beyond the BMP',
        { name: '𝒜lice 👩‍💻 Ångström 山田', given_name: '\u202eecila' },
        ok,
      ],
      ['a v1 token for the client id', { ...v1Claims(api), aud }, ok],
      ['no idtyp', { idtyp: undefined }, ok],
      ['a user with a role', { roles: ['Something.Else'] }, ok],
      ['roles as a string', { roles: 'Something.Else' }, ok],
    ]),
    ...(emulators
      ? tokenCases(api, [
          ['typ at+jwt', () => api.forge({ header: { typ: 'at+jwt' } }), ok],
          [
            'x5t in addition to kid',
            () => api.forge({ header: { x5t: api.decoded.header.kid } }),
            ok,
          ],
          ['a guest user', () => emulators.getToken('gina'), ok],
          ['a user in 200 groups', () => emulators.getToken('greta'), ok],
          [
            'the scopes in another order',
            () => api.forge({ claims: { scp: 'Profile.Read Documents.Read' } }),
            ok,
          ],
        ])
      : []),
  ];
};

function createGroupId(_: unknown, index: number): string {
  return `00000000-0000-4000-8000-${String(index).padStart(12, '0')}`;
}

/** The claims that differ in a v1 token of the same content. */
export function v1Claims({ decoded }: Api): Readonly<Record<string, unknown>> {
  const { iss, aud, azp, azpacr } = decoded.claims;
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
