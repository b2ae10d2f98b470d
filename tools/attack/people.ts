import {
  type Api,
  type Case,
  type CreateCases,
  describeResponse,
  invalidToken,
  missingToken,
} from './case.ts';
import { type RequestOptions, sendWithToken } from './documents.ts';

const badRequest = '400 bad_request';
const aliceId = 'a11ce000-0000-4000-8000-000000000001';
/** A person of another tenant than the user of the valid token. */
const olgaId = '019a0000-0000-4000-8000-000000000008';

const paths = ['people?search=ali', `people/${aliceId}`];

/** Searches for people and reads of a person at Original API, which asks Microsoft Graph. */
export const people: CreateCases = (api) => {
  if (api.kind !== 'original') return [];
  return [
    ...paths.map((path) => missingTokenCase(api, path)),
    ...searchCases(api),
    ...personIdCases(api),
    ...emulatorCases(api),
  ];
};

function requestCase(
  api: Api,
  name: string,
  expected: string,
  path: string,
  options: RequestOptions = {},
): Case {
  return {
    name,
    expected,
    run: async () => describeResponse(await sendWithToken(api, path, options)),
  };
}

function missingTokenCase(api: Api, path: string): Case {
  return {
    name: `GET ${path} without a token`,
    expected: missingToken,
    run: async () => describeResponse(await api.send({ path: `${api.path}/${path}` })),
  };
}

function searchCases(api: Api): readonly Case[] {
  const queries = ['', 'search=', `search=${'x'.repeat(65)}`, 'search[]=a', 'q=a'];
  return queries.map((query) =>
    requestCase(api, `people query ${query.slice(0, 40)}`, badRequest, `people?${query}`),
  );
}

function personIdCases(api: Api): readonly Case[] {
  const ids = [
    'me',
    'alice%40contoso.example',
    `${aliceId}%2Fmanager`,
    `${aliceId}%3F%24select=mail`,
    '..%2Fgroups',
    '%24count',
    `{${aliceId}}`,
    'x'.repeat(200),
  ];
  return ids.map((id) =>
    requestCase(api, `person id ${id.slice(0, 40)}`, badRequest, `people/${id}`),
  );
}

function emulatorCases(api: Api): readonly Case[] {
  const { emulators } = api;
  if (!emulators) return [];
  const withoutScope = () => api.forge({ claims: { scp: 'Documents.Read Profile.ReadWrite' } });
  const graphToken = () =>
    emulators.getToken('alice', { client: 'original-api', scope: 'graph/User.ReadBasic.All' });
  const sendToken = async (path: string, token: string) =>
    describeResponse(await sendWithToken(api, path, { token }));
  return [
    ...paths.flatMap((path): readonly Case[] => [
      {
        name: `GET ${path} without the scope Profile.Read`,
        expected: '403 insufficient_scope',
        run: async () => sendToken(path, withoutScope()),
      },
      {
        name: `GET ${path} with a token for Microsoft Graph`,
        expected: invalidToken,
        run: async () => sendToken(path, await graphToken()),
      },
    ]),
    requestCase(api, 'a person of another tenant', '404 not_found', `people/${olgaId}`),
    ...injections.map((search) => injectionCase(api, search)),
  ];
}

/** Texts that would find people if they became a part of the filter. */
const injections = [
  "x') or startswith(displayName,'a",
  "x' or 'a' eq 'a",
  "') or true or startswith(displayName,'",
  'x&$filter=startswith(displayName,%27a%27)',
];

function injectionCase(api: Api, search: string): Case {
  return {
    name: `the search ${search} finds nobody`,
    expected: '200 {"people":[]}',
    async run() {
      const query = new URLSearchParams({ search });
      const { status, text } = await sendWithToken(api, `people?${query}`);
      return `${status} ${text}`;
    },
  };
}
