import { at, type Resource } from '../snapshot.ts';
import { bothApis } from './api-registrations.ts';
import { type Fact, same } from './fact.ts';
import { list, registered } from './registrations.ts';

const scopesOf = (app: Resource) => list(app, 'properties.api.oauth2PermissionScopes');

/** What can be asked of the APIs, and by whom. */
export const scopeFacts: readonly Fact[] = [
  {
    name: 'both APIs offer the four scopes that their routes ask for',
    holds: bothApis((app) =>
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
    name: 'every scope can be asked for, and so can the role',
    holds: registered((snapshot) =>
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
    name: 'people consent to every scope for themselves',
    holds: bothApis((app) => scopesOf(app).every(({ type }) => type === 'User')),
    mutation: {
      file: 'entra/scopes.bicep',
      from: "type: 'User'",
      to: "type: 'Admin'",
    },
  },
  {
    name: 'the caller is pre-authorized for every scope',
    holds: bothApis((app) =>
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
