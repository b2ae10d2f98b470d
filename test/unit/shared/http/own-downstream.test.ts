/** The errors of one's own downstream API, which have the codes of this module. */
import { describe, expect, test } from '@jest/globals';
import type { ApiError } from '../../../../shared/api-error.ts';
import { json, type Response, startDownstream } from './downstream-setup.ts';

const html = { headers: { 'content-type': 'text/html' }, body: '<html>canary</html>' };

async function errorAfter(response: Response): Promise<ApiError> {
  const { downstream, call } = await startDownstream(() => response, { own: true });
  return downstream.get(call, 'things').then(
    () => {
      throw new Error('The request did not fail.');
    },
    (error) => error,
  );
}

test.each([
  { status: 400, code: 'bad_request' },
  { status: 403, code: 'forbidden' },
  { status: 404, code: 'not_found' },
  { status: 409, code: 'state_conflict' },
  { status: 412, code: 'conflict' },
  { status: 413, code: 'too_large' },
  { status: 415, code: 'unsupported_media_type' },
  { status: 422, code: 'unprocessable' },
  { status: 428, code: 'precondition_required' },
  { status: 503, code: 'unavailable' },
  { status: 504, code: 'timeout' },
])('$status $code is forwarded', async ({ status, code }) => {
  expect(await errorAfter(json(status, { code }))).toMatchObject({ code });
});

test.each<{ name: string; response: Response }>([
  { name: 'a code with another status', response: json(403, { code: 'not_found' }) },
  { name: 'an error about the calling app', response: json(403, { code: 'caller_not_allowed' }) },
  { name: 'an error about the scopes', response: json(403, { code: 'insufficient_scope' }) },
  { name: 'an error about the token', response: json(401, { code: 'invalid_token' }) },
  { name: 'an unexpected error', response: json(500, { code: 'unexpected' }) },
  { name: 'an unknown code', response: json(404, { code: 'canary' }) },
  { name: 'a 404 of something in front of it', response: { status: 404, ...html } },
  { name: 'a 403 of something in front of it', response: { status: 403, ...html } },
  { name: 'a redirect', response: { status: 302, headers: { location: '/' } } },
])('$name becomes bad_gateway', async ({ response }) => {
  const error = await errorAfter(response);
  expect(error).toMatchObject({ code: 'bad_gateway' });
  expect(JSON.stringify(error.options)).not.toContain('canary');
});

test('a 503 of something in front of it becomes unavailable, with its Retry-After', async () => {
  const headers = { ...html.headers, 'retry-after': '7' };
  expect(await errorAfter({ status: 503, ...html, headers })).toMatchObject({
    code: 'unavailable',
    options: { retryAfter: 7 },
  });
});

test('the code of an error that is not forwarded is in the log', async () => {
  const { options } = await errorAfter(json(403, { code: 'caller_not_allowed' }));
  expect(options.logContext).toMatchObject({
    downstreamStatus: 403,
    downstreamCode: 'caller_not_allowed',
  });
});

test('an error of HEAD goes by its status, because it has no body', async () => {
  const { downstream, call } = await startDownstream(() => ({ status: 404 }), { own: true });
  await expect(downstream.head(call, 'things')).rejects.toMatchObject({ code: 'not_found' });
});

describe('the detail of an error', () => {
  const detailAfter = async (detail: unknown) =>
    (await errorAfter(json(400, { code: 'bad_request', detail }))).options.detail;

  test.each([
    { name: 'a sentence', detail: 'The title is missing.' },
    { name: 'a text of 500 characters', detail: 'x'.repeat(500) },
  ])('is forwarded if it is $name', async ({ detail }) => {
    expect(await detailAfter(detail)).toBe(detail);
  });

  test.each([
    { name: 'a text of 501 characters', detail: 'x'.repeat(501) },
    { name: 'a text with an e-mail address', detail: 'Ask alice@contoso.example.' },
    { name: 'a text of Entra ID', detail: 'AADSTS50076: no.' },
    { name: 'a text with a path', detail: 'See /home/site/wwwroot.' },
    { name: 'a text with a Windows path', detail: 'See C:\\home.' },
    { name: 'a text of two lines', detail: 'One\nTwo' },
    { name: 'a number', detail: 7 },
  ])('is dropped if it is $name', async ({ detail }) => {
    expect(await detailAfter(detail)).toBeUndefined();
  });
});
