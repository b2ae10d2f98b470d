import { expect, test } from '@jest/globals';
import { reveal } from '../../../../shared/redacted.ts';
import { readBearerToken } from '../../../../shared/token/bearer.ts';

const jwt = 'aaa.bbb.ccc';

const read = (authorization: string | undefined, query = '') =>
  readBearerToken({
    headers: new Headers(authorization === undefined ? {} : { authorization }),
    query: new URLSearchParams(query),
  });

test.each([`Bearer ${jwt}`, `bearer ${jwt}`, `BEARER   ${jwt} `])(
  'returns the token of the header %j',
  (authorization) => {
    expect(reveal(read(authorization))).toBe(jwt);
  },
);

test.each<{ name: string; authorization: string | undefined; query?: string }>([
  { name: 'no header', authorization: undefined },
  { name: 'an empty header', authorization: '' },
  { name: 'the scheme Basic', authorization: 'Basic dTpw' },
  { name: 'the scheme Digest', authorization: 'Digest username="a"' },
  { name: 'a token in the query only', authorization: undefined, query: `access_token=${jwt}` },
])('reports missing credentials for $name', ({ authorization, query }) => {
  expect(() => read(authorization, query)).toThrow(
    expect.objectContaining({
      code: 'invalid_token',
      options: expect.objectContaining({ credentialsMissing: true }),
    }),
  );
});

test.each<{ name: string; authorization: string; query?: string }>([
  { name: 'the scheme without a token', authorization: 'Bearer' },
  { name: 'the scheme and a space', authorization: 'Bearer ' },
  { name: 'the scheme and a tab', authorization: `Bearer\t${jwt}` },
  { name: 'a no-break space after the token', authorization: `Bearer ${jwt}\xa0` },
  { name: 'two tokens', authorization: `Bearer ${jwt} ${jwt}` },
  { name: 'two headers, as the host joins them', authorization: `Bearer ${jwt},Bearer ${jwt}` },
  {
    name: 'another scheme and a bearer token, as the host joins them',
    authorization: `Basic dTpw,Bearer ${jwt}`,
  },
  {
    name: 'a token in the header and in the query',
    authorization: `Bearer ${jwt}`,
    query: `access_token=${jwt}`,
  },
  { name: 'the text of an object', authorization: 'Bearer [object Object]' },
])('reports malformed credentials for $name', ({ authorization, query }) => {
  expect(() => read(authorization, query)).toThrow(
    expect.objectContaining({
      code: 'invalid_request',
      options: expect.not.objectContaining({ credentialsMissing: true }),
    }),
  );
});
