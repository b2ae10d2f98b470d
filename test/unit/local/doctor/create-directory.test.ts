import { expect, test } from '@jest/globals';
import { createDirectory } from '../../../../local/doctor/create-directory.ts';
import { clientApp, audience as originalApi, tenantId } from '../../../support/issuer.ts';

const directory = createDirectory();
const unknownId = '99999999-0000-4000-8000-000000000000';

test('contains the ids that the tests and the emulators use', () => {
  expect(directory.homeTenantId).toBe(tenantId);
  expect(directory.clientAppId).toBe(clientApp);
  expect(directory.originalApi.clientId).toBe(originalApi);
});

test('contains the scopes of both APIs', () => {
  const scopes = ['Documents.Read', 'Documents.ReadWrite', 'Profile.Read', 'Profile.ReadWrite'];
  expect([...directory.originalApi.scopes].sort()).toEqual(scopes);
  expect([...directory.downstreamApi.scopes].sort()).toEqual(scopes);
});

test('finds a name for a known id', () => {
  expect(directory.tenantName(tenantId)).toBe('Contoso');
  expect(directory.userName('a11ce000-0000-4000-8000-000000000001')).toBe('alice');
  expect(directory.appName(clientApp)).toBe('Client App');
  expect(directory.policyName('ca000000-0000-4000-8000-0000000000e1')).toBe('mfa');
});

test('finds no name for an unknown id', () => {
  expect(directory.tenantName(unknownId)).toBeUndefined();
  expect(directory.userName(unknownId)).toBeUndefined();
  expect(directory.identityName(unknownId)).toBeUndefined();
  expect(directory.appName(unknownId)).toBeUndefined();
  expect(directory.policyName(unknownId)).toBeUndefined();
});
