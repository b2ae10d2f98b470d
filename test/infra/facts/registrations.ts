import { at, type Snapshot, type Tree } from '../snapshot.ts';
import { type Fact, same } from './fact.ts';

const clientApp = 'entra/client-app.bicep';
const original = 'entra/original-api.bicep';
const application = 'Microsoft.Graph/applications@v1.0';

/** The condition is true for both parameter sets that create registrations. */
export const registered =
  (condition: (snapshot: Snapshot) => boolean): Fact['isTrue'] =>
  ({ development, production }) =>
    condition(development) && condition(production);

/** Returns the list of objects at the path, or an empty list. */
export const list = (value: unknown, path: string) => (at(value, path) ?? []) as readonly Tree[];

/** Facts about all app registrations and about the Client App. */
export const registrationFacts: readonly Fact[] = [
  {
    name: 'the Client App has one redirect URI, on its own site',
    isTrue: registered((snapshot) =>
      same(at(snapshot.registration('client-app'), 'properties.spa'), {
        redirectUris: ["[format('{0}/redirect.html', <clientAppSite.origin>)]"],
      }),
    ),
    mutation: {
      file: clientApp,
      from: "/redirect.html']",
      to: "/redirect.html', 'http://localhost:5173/redirect.html']",
    },
  },
  {
    name: 'no registration has another redirect URI',
    isTrue: registered((snapshot) =>
      snapshot
        .ofType(application)
        .every(
          (app) => !at(app, 'properties.web.redirectUris') && !at(app, 'properties.publicClient'),
        ),
    ),
    mutation: {
      file: clientApp,
      from: 'web: { implicit',
      to: "publicClient: { redirectUris: ['http://localhost'] }, web: { implicit",
    },
  },
  {
    name: 'no registration allows the implicit grant or the public client fallback',
    isTrue: registered((snapshot) =>
      (['client-app', 'original-api', 'downstream-api'] as const).every((name) => {
        const { properties } = snapshot.registration(name);
        const off = { enableAccessTokenIssuance: false, enableIdTokenIssuance: false };
        return (
          same(at(properties, 'web.implicitGrantSettings'), off) &&
          properties.isFallbackPublicClient === false
        );
      }),
    ),
    mutation: {
      file: clientApp,
      from: 'enableIdTokenIssuance: false',
      to: 'enableIdTokenIssuance: true',
    },
  },
  {
    name: 'no registration has a password',
    isTrue: registered((snapshot) => !snapshot.text.includes('passwordCredentials')),
    mutation: {
      file: original,
      from: 'optionalClaims: {',
      to: "passwordCredentials: [{ displayName: 'secret' }], optionalClaims: {",
    },
  },
  {
    name: 'only the registration of Original API requests a permission',
    isTrue: registered(
      (snapshot) =>
        !snapshot.registration('client-app').properties.requiredResourceAccess &&
        !snapshot.registration('downstream-api').properties.requiredResourceAccess,
    ),
    mutation: {
      file: clientApp,
      from: 'spa: {',
      to: [
        "requiredResourceAccess: [{ resourceAppId: '00000003-0000-0000-c000-000000000000',",
        "resourceAccess: [{ id: '19dbc75e-c2e2-444c-a770-ec69d8559fc7', type: 'Role' }] }],",
        'spa: {',
      ].join(' '),
    },
  },
  ...federationFacts(),
  {
    name: 'each registration has a service principal',
    isTrue: registered((snapshot) => {
      const principals = snapshot.ofType('Microsoft.Graph/servicePrincipals@v1.0');
      return (
        principals.length === 3 &&
        principals.every(
          (principal) => at(principal, 'properties.appId') === "[reference('app').appId]",
        )
      );
    }),
    mutation: {
      file: clientApp,
      from: "resource principal 'Microsoft.Graph/servicePrincipals@v1.0' = {",
      to: "resource principal 'Microsoft.Graph/servicePrincipals@v1.0' = if (name == 'none') {",
    },
  },
  {
    name: 'the registrations are multi-tenant only if there is a list of tenants',
    isTrue: ({ development, production }) =>
      (['client-app', 'original-api', 'downstream-api'] as const).every(
        (name) =>
          development.registration(name).properties.signInAudience === 'AzureADMyOrg' &&
          production.registration(name).properties.signInAudience === 'AzureADMultipleOrgs',
      ),
    mutation: {
      file: 'main.bicep',
      from: "empty(allowedTenantIds) ? 'AzureADMyOrg' : 'AzureADMultipleOrgs'",
      to: "'AzureADMultipleOrgs'",
    },
  },
  {
    name: 'manageAppRegistrations=false deploys nothing to Entra',
    isTrue: ({ unregistered }) => !unregistered.text.includes('Microsoft.Graph'),
    mutation: {
      file: 'main.bicep',
      from: "module clientAppRegistration 'entra/client-app.bicep' = if (manageAppRegistrations) {",
      to: "module clientAppRegistration 'entra/client-app.bicep' = {",
    },
  },
];

/** Facts about the federated credential for the managed identity of Original API. */
function federationFacts(): readonly Fact[] {
  const federated = (path: string, value: unknown) =>
    registered((snapshot) => {
      const found = snapshot.ofType(
        'Microsoft.Graph/applications/federatedIdentityCredentials@v1.0',
      );
      return found.length === 1 && same(at(found[0], `properties.${path}`), value);
    });
  return [
    {
      name: 'the managed identity of Original API can authenticate as its registration',
      isTrue: federated('subject', '[<originalIdentity.principalId>]'),
      mutation: {
        file: 'main.bicep',
        from: 'identityPrincipalId: originalIdentity.outputs',
        to: 'identityPrincipalId: downstreamIdentity.outputs',
      },
    },
    {
      name: 'the federated credential accepts tokens of the home tenant',
      isTrue: federated(
        'issuer',
        "[format('{0}{1}/v2.0', environment().authentication.loginEndpoint, 'home-tenant')]",
      ),
      mutation: {
        file: original,
        from: 'tenant().tenantId}/v2.0',
        to: "'common'}/v2.0",
      },
    },
    {
      name: 'the federated credential accepts tokens for the token exchange audience',
      isTrue: federated('audiences', ['api://AzureADTokenExchange']),
      mutation: {
        file: 'main.bicep',
        from: "'api://AzureADTokenExchange'",
        to: "'api://AnythingElse'",
      },
    },
  ];
}
