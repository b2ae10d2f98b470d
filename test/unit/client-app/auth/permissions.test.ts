import { expect, test } from '@jest/globals';
import {
  describeScopes,
  writeAdminConsentRequest,
} from '../../../../client-app/auth/permissions.ts';
import { allScopes } from '../../../../client-app/auth/scopes.ts';

const ids = { clientId: 'client-id', originalApiId: 'api://original-id' };

test('describes every scope of the app differently', () => {
  const descriptions = describeScopes(allScopes, ids).map(({ description }) => description);
  expect(new Set(descriptions).size).toBe(allScopes.length);
});

test('does not use the name of a known scope in its description', () => {
  for (const { description } of describeScopes(allScopes, ids))
    expect(description).not.toMatch(/[A-Z][a-z]+\./);
});

test.each([
  {
    scope: 'Documents.Read',
    fullScope: 'api://original-id/Documents.Read',
    app: 'Client App',
    appId: 'client-id',
    api: 'Original API',
  },
  {
    scope: 'api://original-id/Profile.Read',
    fullScope: 'api://original-id/Profile.Read',
    app: 'Client App',
    appId: 'client-id',
    api: 'Original API',
  },
  {
    scope: 'api://downstream-id/Documents.ReadWrite',
    fullScope: 'api://downstream-id/Documents.ReadWrite',
    app: 'Original API',
    appId: 'original-id',
    api: 'Downstream API',
  },
  {
    scope: 'https://graph.microsoft.com/User.ReadBasic.All',
    fullScope: 'https://graph.microsoft.com/User.ReadBasic.All',
    app: 'Original API',
    appId: 'original-id',
    api: 'Microsoft Graph',
  },
])('describes $scope as a permission of $app for $api', ({ scope, fullScope, app, appId, api }) => {
  expect(describeScopes([scope], ids)).toMatchObject([{ app, appId, api, scope: fullScope }]);
});

test('describes an unknown permission by its name', () => {
  const [permission] = describeScopes(['api://downstream-id/Things.Do'], ids);
  expect(permission?.description).toBe('use the permission Things.Do');
});

test.each([
  { name: 'the app', part: 'original-id' },
  { name: 'the scope', part: 'api://downstream-id/Documents.Read' },
  { name: 'the correlation id', part: 'reference-1' },
])('names $name in the message to an administrator', ({ part }) => {
  const permissions = describeScopes(['api://downstream-id/Documents.Read'], ids);
  expect(writeAdminConsentRequest(permissions, 'reference-1')).toContain(part);
});
