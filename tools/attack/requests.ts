import { bare, type Case, describeAnswer, type Group, invalid, malformed, probe } from './case.ts';
import type { RawRequest } from './http.ts';

const group = 'Requests';

/** Credentials that are missing, of another kind, in the wrong place, or too much of everything. */
export const requests: Group = (api) => {
  const { token, path } = api;
  const form = 'application/x-www-form-urlencoded';
  const send = (
    name: string,
    expected: string,
    request: Partial<RawRequest>,
    writes = false,
  ): Case => ({
    group,
    name,
    expected,
    writes,
    run: async () =>
      describeAnswer(await api.send({ path: `${path}/documents?limit=1`, ...request })),
  });
  const authorization = (name: string, value: string | string[], expected: string) =>
    send(name, expected, { headers: { authorization: value } });
  const basic = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`;
  const bearer = { authorization: `Bearer ${token}` };
  const impersonation = {
    'x-ms-client-principal': Buffer.from(
      JSON.stringify({ userId: 'somebody', claims: [{ typ: 'roles', val: 'Profiles.Manage' }] }),
    ).toString('base64'),
    'x-ms-client-principal-id': '00000000-0000-4000-8000-000000000000',
    'x-ms-client-principal-name': 'somebody',
    'x-ms-client-principal-idp': 'aad',
    'x-ms-token-aad-access-token': token,
    'x-ms-token-aad-id-token': token,
  };

  return [
    send('no Authorization header', bare, {}),
    authorization('an empty Authorization header', '', bare),
    authorization('Basic', basic('user:password'), bare),
    authorization('Basic with the token as its password', basic(`user:${token}`), bare),
    authorization(
      'Digest',
      'Digest username="user", realm="x", nonce="x", uri="/", response="x"',
      bare,
    ),
    authorization('another scheme with the token', `DPoP ${token}`, bare),
    authorization('the token without a scheme', token, bare),
    authorization('a scheme that only begins like Bearer', `BearerX ${token}`, bare),
    authorization('Bearer alone', 'Bearer', malformed),
    authorization('Bearer and blanks', 'Bearer   ', malformed),
    authorization('two tokens after one scheme', `Bearer ${token} ${token}`, malformed),
    authorization('two credentials in one header', `Bearer ${token}, Bearer ${token}`, malformed),
    authorization(
      'two credentials joined with a comma alone',
      `Bearer ${token},Bearer ${token}`,
      malformed,
    ),
    authorization('two Authorization headers', [`Bearer ${token}`, `Bearer ${token}`], malformed),
    authorization(
      'Basic and Bearer in two headers',
      [basic('user:password'), `Bearer ${token}`],
      malformed,
    ),
    authorization(
      'Bearer and Basic in two headers',
      [`Bearer ${token}`, basic('user:password')],
      malformed,
    ),
    authorization('a parameter behind the token', `Bearer ${token}; x=y`, malformed),
    authorization('a token in quotes', `Bearer "${token}"`, malformed),
    authorization('a tab for a blank', `Bearer\t${token}`, bare),
    send('the token in the query only', bare, { path: `${path}/documents?access_token=${token}` }),
    send('the token in a cookie only', bare, {
      headers: { cookie: `access_token=${token}; Authorization=Bearer%20${token}` },
    }),
    send('the token in a form body of a GET', bare, {
      headers: { 'content-type': form },
      body: `access_token=${token}`,
    }),
    send(
      'the token in a form body of a PUT',
      bare,
      {
        method: 'PUT',
        path: `${path}/documents/attack`,
        headers: { 'content-type': form },
        body: `access_token=${token}`,
      },
      true,
    ),
    send('a token in header and query', malformed, {
      path: `${path}/documents?access_token=${token}`,
      headers: bearer,
    }),
    ...['null', 'undefined', 'NaN', 'true'].map((word) =>
      authorization(`Bearer ${word}`, `Bearer ${word}`, invalid),
    ),
    ...['[object Object]', '[object', '{}', '""', '<token>', '%00', 'tökén'].map((word) =>
      authorization(`Bearer ${word}`, `Bearer ${word}`, malformed),
    ),
    authorization('a token of 20 KiB', `Bearer ${'x'.repeat(20 * 1024)}`, invalid),
    authorization('a token of 20 KiB with dots', `Bearer ${'x.'.repeat(10 * 1024)}x`, invalid),
    authorization('a token of 1 MiB', `Bearer ${'x'.repeat(1024 * 1024)}`, '431 or closed'),
    send('40 KiB of headers beside a good token', '431 or closed', {
      headers: {
        ...bearer,
        ...Object.fromEntries(
          Array.from({ length: 10 }, (_, index) => [`x-padding-${index}`, 'x'.repeat(4096)]),
        ),
      },
    }),
    ...['HEAD', 'TRACE', 'POST', 'PATCH', 'PUT', 'DELETE', 'PROPFIND'].map((method) =>
      send(
        `${method} on a route for GET`,
        method === 'HEAD' || method === 'PROPFIND' ? '404' : '404 not_found or 404',
        { method, headers: bearer },
        true,
      ),
    ),
    send('GET with X-HTTP-Method-Override', '404 not_found', {
      path: `${path}/documents/no-such-document`,
      headers: { ...bearer, 'x-http-method-override': 'PUT' },
    }),
    send('x-ms-client-principal and x-ms-token-aad headers without a bearer token', bare, {
      headers: impersonation,
    }),
    {
      group,
      name: 'x-ms-client-principal headers beside a token: the token says who it is',
      expected: `200 ${api.good.claims.oid}`,
      run: async () => {
        const answer = await api.send({
          path: `${path}/profiles/me`,
          headers: { ...bearer, ...impersonation },
        });
        return `${describeAnswer(answer)} ${answer.json.userId}`;
      },
    },
    ...[
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
    ].map((spelling) =>
      send(`no token at ${spelling}`, '401 invalid_token, bare or 404 or 404 not_found or 400', {
        path: `${path}${spelling}`,
      }),
    ),
    {
      group,
      name: 'the challenge without credentials names realm and authorization_uri, and no error',
      expected: 'Bearer realm="…", authorization_uri="…"',
      run: async () =>
        String((await probe(api)).headers['www-authenticate']).replace(/"[^"]+"/g, '"…"'),
    },
  ];
};
