import {
  type Api,
  type Case,
  type CreateCases,
  describeResponse,
  invalidToken,
  listDocuments,
  malformedRequest,
  missingToken,
} from './case.ts';
import type { RawRequest } from './http.ts';

/** The host rejects oversized headers before the API sees the request. */
const headersTooLarge = '431 or closed';
const notFoundByHost = '404';
const notFound = '404 not_found or 404';
const kib = 1024;

/** Requests whose credentials are missing, malformed, of another scheme or in the wrong place. */
export const requests: CreateCases = (api) => [
  ...missingCredentialCases(api),
  ...malformedHeaderCases(api),
  ...otherTransportCases(api),
  ...placeholderCases(api),
  ...oversizedCases(api),
  ...methodCases(api),
  ...platformHeaderCases(api),
  ...pathSpellingCases(api),
  {
    name: 'a challenge for a missing token says where to get one, but names no error',
    expected: 'Bearer realm="…", authorization_uri="…", resource_metadata="…"',
    async run() {
      const { headers } = await listDocuments(api);
      return String(headers['www-authenticate']).replace(/"[^"]+"/g, '"…"');
    },
  },
];

/** Creates a case with a request; by default it reads documents. */
function requestCase(api: Api, name: string, expected: string, request: Partial<RawRequest>): Case {
  const path = `${api.path}/documents?limit=1`;
  return {
    name,
    expected,
    run: async () => describeResponse(await api.send({ path, ...request })),
  };
}

/** Creates a case with a value of the Authorization header; an array sends several headers. */
function headerCase(api: Api, name: string, value: string | string[], expected: string): Case {
  return requestCase(api, name, expected, { headers: { authorization: value } });
}

function bearerHeaders({ token }: Api): Readonly<Record<string, string>> {
  return { authorization: `Bearer ${token}` };
}

function basic(credentials: string): string {
  return `Basic ${Buffer.from(credentials).toString('base64')}`;
}

function missingCredentialCases(api: Api): readonly Case[] {
  const { token } = api;
  const digest = 'Digest username="user", realm="x", nonce="x", uri="/", response="x"';
  const header = (name: string, value: string) => headerCase(api, name, value, missingToken);
  return [
    requestCase(api, 'no Authorization header', missingToken, {}),
    header('an empty Authorization header', ''),
    header('the scheme Basic', basic('user:password')),
    header('the scheme Basic with the token as the password', basic(`user:${token}`)),
    header('the scheme Digest', digest),
    header('the token with another scheme', `DPoP ${token}`),
    header('the token without a scheme', token),
    header('a scheme that starts with Bearer', `BearerX ${token}`),
  ];
}

function malformedHeaderCases(api: Api): readonly Case[] {
  const { token } = api;
  const bearer = `Bearer ${token}`;
  const header = (name: string, value: string | string[]) =>
    headerCase(api, name, value, malformedRequest);
  return [
    header('Bearer without a token', 'Bearer'),
    header('Bearer followed by spaces', 'Bearer   '),
    header('two tokens after one scheme', `${bearer} ${token}`),
    header('two credentials in one header', `${bearer}, ${bearer}`),
    header('two credentials in one header, without a space', `${bearer},${bearer}`),
    header('two Authorization headers', [bearer, bearer]),
    header('a Basic header and a Bearer header', [basic('user:password'), bearer]),
    header('a Bearer header and a Basic header', [bearer, basic('user:password')]),
    header('a parameter after the token', `${bearer}; x=y`),
    header('a quoted token', `Bearer "${token}"`),
    header('a tab instead of the space', `Bearer\t${token}`),
  ];
}

function otherTransportCases(api: Api): readonly Case[] {
  const { token, path } = api;
  const pathWithToken = `${path}/documents?access_token=${token}`;
  const form = {
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: `access_token=${token}`,
  };
  return [
    requestCase(api, 'the token only in the query', missingToken, { path: pathWithToken }),
    requestCase(api, 'the token only in a cookie', missingToken, {
      headers: { cookie: `access_token=${token}; Authorization=Bearer%20${token}` },
    }),
    requestCase(api, 'the token in a form body of GET', missingToken, form),
    {
      ...requestCase(api, 'the token in a form body of PUT', missingToken, {
        method: 'PUT',
        path: `${path}/documents/attack`,
        ...form,
      }),
      writes: true,
    },
    requestCase(api, 'the token in both header and query', malformedRequest, {
      path: pathWithToken,
      headers: bearerHeaders(api),
    }),
  ];
}

/** Texts that clients send when their token variable is not set. */
function placeholderCases(api: Api): readonly Case[] {
  const tokens = ['null', 'undefined', 'NaN', 'true'];
  const malformed = ['[object Object]', '[object', '{}', '""', '<token>', '%00', 'tökén'];
  const header = (value: string, expected: string) =>
    headerCase(api, `Bearer ${value}`, `Bearer ${value}`, expected);
  return [
    ...tokens.map((value) => header(value, invalidToken)),
    ...malformed.map((value) => header(value, malformedRequest)),
  ];
}

function oversizedCases(api: Api): readonly Case[] {
  const header = (name: string, token: string, expected: string) =>
    headerCase(api, name, `Bearer ${token}`, expected);
  const padding = Array.from({ length: 10 }, (_, index) => [
    `x-padding-${index}`,
    'x'.repeat(4 * kib),
  ]);
  return [
    header('a token of 20 KiB', 'x'.repeat(20 * kib), invalidToken),
    header('a token of 20 KiB with dots', `${'x.'.repeat(10 * kib)}x`, invalidToken),
    header('a token of 1 MiB', 'x'.repeat(kib * kib), headersTooLarge),
    requestCase(api, '40 KiB of headers in addition to a valid token', headersTooLarge, {
      headers: { ...bearerHeaders(api), ...Object.fromEntries(padding) },
    }),
  ];
}

function methodCases(api: Api): readonly Case[] {
  const methods = [
    { method: 'HEAD', expected: notFoundByHost },
    { method: 'TRACE', expected: notFound },
    { method: 'POST', expected: notFound },
    { method: 'PATCH', expected: notFound },
    { method: 'PUT', expected: notFound },
    { method: 'DELETE', expected: notFound },
    { method: 'PROPFIND', expected: notFound },
  ];
  const headers = bearerHeaders(api);
  return [
    ...methods.map(({ method, expected }) => ({
      ...requestCase(api, `${method} on a GET route`, expected, { method, headers }),
      writes: true,
    })),
    requestCase(api, 'GET with X-HTTP-Method-Override', '404 not_found', {
      path: `${api.path}/documents/no-such-document`,
      headers: { ...headers, 'x-http-method-override': 'PUT' },
    }),
  ];
}

/** Headers with which App Service passes the user's identity, forged by the client. */
function platformHeaderCases(api: Api): readonly Case[] {
  const { token } = api;
  const principal = {
    userId: 'somebody',
    claims: [{ typ: 'roles', val: 'Profiles.Manage' }],
  };
  const headers = {
    'x-ms-client-principal': Buffer.from(JSON.stringify(principal)).toString('base64'),
    'x-ms-client-principal-id': '00000000-0000-4000-8000-000000000000',
    'x-ms-client-principal-name': 'somebody',
    'x-ms-client-principal-idp': 'aad',
    'x-ms-token-aad-access-token': token,
    'x-ms-token-aad-id-token': token,
  };
  return [
    requestCase(api, 'App Service identity headers without a bearer token', missingToken, {
      headers,
    }),
    {
      name: 'App Service identity headers do not override the user of the token',
      expected: `200 ${api.decoded.claims.oid}`,
      async run() {
        const response = await api.send({
          path: `${api.path}/profiles/me`,
          headers: { ...bearerHeaders(api), ...headers },
        });
        return `${describeResponse(response)} ${response.json.userId}`;
      },
    },
  ];
}

/** Other spellings of a path, without a token. None may bypass the authentication. */
function pathSpellingCases(api: Api): readonly Case[] {
  const spellings = [
    '/Documents',
    '//documents',
    '/./documents',
    '/documents/',
    '/documents/../documents',
    '/%64ocuments',
    '/documents;x=1',
    '/documents%2F',
    '/documents%00',
    '/health/../documents',
  ];
  const expected = `${missingToken} or ${notFound} or 400`;
  return spellings.map((spelling) =>
    requestCase(api, `no token at ${spelling}`, expected, { path: `${api.path}${spelling}` }),
  );
}
