import { at, type Resource } from '../snapshot.ts';
import { bothApis } from './api-registrations.ts';
import { type Fact, fact, same } from './fact.ts';
import { list, registered } from './registrations.ts';

const scopesOf = (app: Resource) => list(app, 'properties.api.oauth2PermissionScopes');

/** What can be asked of the APIs, and by whom. */
export const scopeFacts: readonly Fact[] = [
  fact(
    'both APIs offer the four scopes that their routes ask for',
    bothApis((app) =>
      same(
        scopesOf(app)
          .map(({ value }) => value)
          .sort(),
        ['Documents.Read', 'Documents.ReadWrite', 'Profile.Read', 'Profile.ReadWrite'],
      ),
    ),
    'entra/scopes.bicep',
    "value: 'Profile.ReadWrite'",
    "value: 'Profile.Write'",
  ),
  fact(
    'every scope can be asked for, and so can the role',
    registered((snapshot) =>
      [
        ...scopesOf(snapshot.registration('original-api')),
        ...scopesOf(snapshot.registration('downstream-api')),
        ...list(snapshot.registration('downstream-api'), 'properties.appRoles'),
      ].every(({ isEnabled }) => isEnabled === true),
    ),
    'entra/scopes.bicep',
    'isEnabled: true',
    'isEnabled: false',
  ),
  fact(
    'people consent to every scope for themselves',
    bothApis((app) => scopesOf(app).every(({ type }) => type === 'User')),
    'entra/scopes.bicep',
    "type: 'User'",
    "type: 'Admin'",
  ),
  fact(
    'the caller is pre-authorized for every scope',
    bothApis((app) =>
      same(
        at(app, 'properties.api.preAuthorizedApplications.0.delegatedPermissionIds'),
        scopesOf(app).map(({ id }) => id),
      ),
    ),
    'entra/scopes.bicep',
    "string[] => map(scopes, scope => guid(registration, 'scope', scope.value))",
    "string[] => [guid(registration, 'scope', 'Documents.Read')]",
  ),
];
