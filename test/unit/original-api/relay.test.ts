import { describe, expect, test } from '@jest/globals';
import { headersToForward, relay } from '../../../original-api/relay.ts';
import type { Call } from '../../../shared/http/create-api.ts';
import type { DownstreamResponse } from '../../../shared/http/downstream-response.ts';

const responseWith = (changes: Partial<DownstreamResponse>): DownstreamResponse => ({
  status: 200,
  headers: {},
  json: {},
  text: '',
  bytes: new Uint8Array(),
  ...changes,
});

test('three headers of a request are forwarded, and no others', () => {
  const forwarded = { 'if-match': '"1"', 'if-none-match': '"2"', 'accept-language': 'de' };
  const dropped = {
    authorization: 'Bearer A',
    cookie: 'c',
    'x-forwarded-for': '1',
    'x-ms-client-principal': 'x',
    origin: 'o',
  };
  const request = { headers: new Headers({ ...forwarded, ...dropped }) };
  expect(headersToForward({ request } as unknown as Call)).toEqual(forwarded);
});

describe('a relayed response', () => {
  test('has the status, the ETag and the body, and no other header', () => {
    const headers = { etag: '"1"', 'set-cookie': 'c', server: 's' };
    expect(relay(responseWith({ status: 201, headers, json: { id: '1' } }))).toEqual({
      status: 201,
      headers: { etag: '"1"' },
      json: { id: '1' },
    });
  });

  test.each([
    { name: 'no body', response: { status: 204, json: undefined } },
    { name: 'HTML', response: { json: undefined, text: '<html>' } },
    { name: 'a list', response: { json: [] } },
    { name: 'null', response: { json: null } },
  ])('with $name is bad_gateway', ({ response }) => {
    expect(() => relay(responseWith(response))).toThrow(
      expect.objectContaining({ code: 'bad_gateway' }),
    );
  });
});
