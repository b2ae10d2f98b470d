import { at, type Resource } from '../snapshot.ts';
import { bothApis } from './api-registrations.ts';
import { type Fact, same } from './fact.ts';
import { list, registered } from './registrations.ts';

/** The scopes of an API's registration. */
const scopesOf = (app: Resource) => list(app, 'properties.api.oauth2PermissionScopes');

/** Facts about the scopes of the APIs. */
export const scopeFacts: readonly Fact[] = [
  {
    name: 'both APIs have the four scopes that their routes require',
    isTrue: bothApis((app) =>
      same(
        scopesOf(app)
          .map(({ value }) => value)
          .sort(),
        ['Documents.Read', 'Documents.ReadWrite', 'Profile.Read', 'Profile.ReadWrite'],
      ),
    ),
    mutation: {
      file: 'entra/scopes.bicep',
      from: "value: 'Profile.ReadWrite'",
      to: "value: 'Profile.Write'",
    },
  },
  {
    name: 'every scope and the app role are enabled',
    isTrue: registered((snapshot) =>
      [
        ...scopesOf(snapshot.registration('original-api')),
        ...scopesOf(snapshot.registration('downstream-api')),
        ...list(snapshot.registration('downstream-api'), 'properties.appRoles'),
      ].every(({ isEnabled }) => isEnabled === true),
    ),
    mutation: {
      file: 'entra/scopes.bicep',
      from: 'isEnabled: true',
      to: 'isEnabled: false',
    },
  },
  {
    name: 'users can consent to every scope',
    isTrue: bothApis((app) => scopesOf(app).every(({ type }) => type === 'User')),
    mutation: {
      file: 'entra/scopes.bicep',
      from: "type: 'User'",
      to: "type: 'Admin'",
    },
  },
  {
    name: 'the client of each API is pre-authorized for every scope',
    isTrue: bothApis((app) =>
      same(
        at(app, 'properties.api.preAuthorizedApplications.0.delegatedPermissionIds'),
        scopesOf(app).map(({ id }) => id),
      ),
    ),
    mutation: {
      file: 'entra/scopes.bicep',
      from: "string[] => map(scopes, scope => guid(registration, 'scope', scope.value))",
      to: "string[] => [guid(registration, 'scope', 'Documents.Read')]",
    },
  },
];
