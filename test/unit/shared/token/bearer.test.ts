import { expect, test } from '@jest/globals';
import { reveal } from '../../../../shared/redacted.ts';
import { readBearerToken } from '../../../../shared/token/bearer.ts';

const take = (authorization?: string, query = '') =>
  readBearerToken({
    headers: new Headers(authorization === undefined ? {} : { authorization }),
    query: new URLSearchParams(query),
  });

const jwt = 'aaa.bbb.ccc';

test.each([[`Bearer ${jwt}`], [`bearer ${jwt}`], [`BEARER   ${jwt} `]])(
  'takes the token from %j',
  (header) => {
    expect(reveal(take(header))).toBe(jwt);
  },
);

const refused: [string, string | undefined, string, string, boolean][] = [
  ['no header', undefined, '', 'invalid_token', true],
  ['an empty header', '', '', 'invalid_token', true],
  ['Basic', 'Basic dTpw', '', 'invalid_token', true],
  ['Digest', 'Digest username="a"', '', 'invalid_token', true],
  ['a token in the query alone', undefined, `access_token=${jwt}`, 'invalid_token', true],
  ['Bearer alone', 'Bearer', '', 'invalid_request', false],
  ['Bearer and a blank', 'Bearer ', '', 'invalid_request', false],
  ['two tokens', `Bearer ${jwt} ${jwt}`, '', 'invalid_request', false],
  [
    'two headers, as the host joins them',
    `Bearer ${jwt},Bearer ${jwt}`,
    '',
    'invalid_request',
    false,
  ],
  [
    'another scheme and a bearer token, joined',
    `Basic dTpw,Bearer ${jwt}`,
    '',
    'invalid_request',
    false,
  ],
  ['a token in header and query', `Bearer ${jwt}`, `access_token=${jwt}`, 'invalid_request', false],
  ['an object made a text', 'Bearer [object Object]', '', 'invalid_request', false],
];
test.each(refused)('refuses %s', (_name, header, query, code, bare) => {
  let thrown: unknown;
  try {
    take(header, query);
  } catch (error) {
    thrown = error;
  }
  expect(thrown).toMatchObject({ code, options: bare ? { credentialsMissing: true } : {} });
});
