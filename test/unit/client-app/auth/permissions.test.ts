import { expect, test } from '@jest/globals';
import { allScopes } from '../../../../client-app/api.ts';
import { describeScopes, writeToAdmin } from '../../../../client-app/auth/scope-words.ts';

const ids = { clientId: 'client-id', originalApiId: 'api://original-id' };

test('every scope of the app has words of its own', () => {
  const wishes = describeScopes(allScopes, ids);
  expect(new Set(wishes.map(({ means }) => means)).size).toBe(allScopes.length);
  for (const { means } of wishes) expect(means).not.toMatch(/[A-Z][a-z]+\./);
});

test('knows who wants what of whom', () => {
  expect(
    describeScopes(
      [
        'Documents.Read',
        'api://original-id/Profile.Read',
        'api://downstream-id/Documents.ReadWrite',
      ],
      ids,
    ),
  ).toMatchObject([
    {
      app: 'Client App',
      appId: 'client-id',
      api: 'Original API',
      scope: 'api://original-id/Documents.Read',
    },
    {
      app: 'Client App',
      appId: 'client-id',
      api: 'Original API',
      scope: 'api://original-id/Profile.Read',
    },
    {
      app: 'Original API',
      appId: 'original-id',
      api: 'Downstream API',
      scope: 'api://downstream-id/Documents.ReadWrite',
    },
  ]);
});

test('a permission that the table does not know is called by its name', () => {
  expect(describeScopes(['api://downstream-id/Things.Do'], ids)[0]?.means).toBe(
    'use the permission Things.Do',
  );
});

test('the message to an administrator names app, scope and reference', () => {
  const text = writeToAdmin(
    describeScopes(['api://downstream-id/Documents.Read'], ids),
    'reference-1',
  );
  for (const part of ['original-id', 'api://downstream-id/Documents.Read', 'reference-1'])
    expect(text).toContain(part);
});
