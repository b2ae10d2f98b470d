import { expect, test } from '@jest/globals';
import { readSettings } from '../../../client-app/settings.ts';
import { clientSettings } from '../../../tools/client-app-settings.ts';
import { siteConfiguration } from '../../../tools/client-app-site.ts';

const deployment = {
  AZURE_AUTHORITY_HOST: 'https://login.microsoftonline.com/',
  AZURE_TENANT_ID: 'c0705000-0000-4000-8000-00000000c001',
  CLIENT_APP_ID: 'c11e4700-0000-4000-8000-0000000000a1',
  ORIGINAL_API_CLIENT_ID: '0219a100-0000-4000-8000-0000000000a2',
  ORIGINAL_API_URL: 'https://func-original-abc.azurewebsites.net/api',
};
const { globalHeaders, routes } = siteConfiguration(deployment);

test('the Client App accepts the settings that the deployment writes', () => {
  expect(readSettings(clientSettings(deployment))).toMatchObject({
    authority: 'https://login.microsoftonline.com/c0705000-0000-4000-8000-00000000c001',
    originalApiId: 'api://0219a100-0000-4000-8000-0000000000a2',
  });
});

test('the content security policy allows connections to Entra and Original API only', () => {
  expect(globalHeaders['Content-Security-Policy']).toContain(
    [
      "connect-src 'self'",
      'https://login.microsoftonline.com',
      'https://func-original-abc.azurewebsites.net;',
    ].join(' '),
  );
});

test('the content security policy allows no unsafe source', () => {
  expect(globalHeaders['Content-Security-Policy']).not.toContain('unsafe');
});

test('the site sends HSTS and nosniff', () => {
  expect(globalHeaders).toMatchObject({
    'Strict-Transport-Security': expect.stringContaining('max-age=31536000'),
    'X-Content-Type-Options': 'nosniff',
  });
});

test('no page can be framed', () => {
  expect(globalHeaders['Content-Security-Policy']).toContain("frame-ancestors 'none'");
});

test('only the redirect page can be framed, by its own origin', () => {
  const exceptions = routes.filter(({ headers }) => headers);
  expect(exceptions.map(({ route }) => route)).toEqual(['/redirect.html']);
  expect(exceptions[0]?.headers?.['Content-Security-Policy']).toMatch(
    /frame-ancestors 'self'(;|$)/,
  );
});

test('the sign-in of the platform is disabled', () => {
  expect(routes).toContainEqual({ route: '/.auth/*', statusCode: 404 });
});
