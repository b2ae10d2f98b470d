/** The scope that Original API needs to find people. */
export const peopleScope = 'User.ReadBasic.All';

/** The scopes that a sign-in requests. Every client has them without a consent. */
export const signInScopes: readonly string[] = ['openid', 'profile', 'email', 'User.Read'];

/**
 * Microsoft Graph, which is a resource in every tenant of Entra. It is also the resource of a
 * request that names no API.
 */
export const microsoftGraph = {
  name: 'graph',
  appId: '00000003-0000-0000-c000-000000000000',
  identifierUri: 'https://graph.microsoft.com',
  displayName: 'Microsoft Graph',
  requestedAccessTokenVersion: 1,
  scopes: [...signInScopes, peopleScope],
  roles: [],
  redirectUris: [],
  preAuthorized: [],
  knownClientApplications: [],
  requires: {},
} as const;
