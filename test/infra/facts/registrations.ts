import { at, type Snapshot, type Tree } from '../snapshot.ts';
import { type Fact, fact, same } from './fact.ts';

const clientApp = 'entra/client-app.bicep';
const original = 'entra/original-api.bicep';
const application = 'Microsoft.Graph/applications@v1.0';

/** Both parameter sets that make registrations. */
export const registered =
  (holds: (snapshot: Snapshot) => boolean): Fact['holds'] =>
  ({ development, production }) =>
    holds(development) && holds(production);

export const list = (value: unknown, path: string) => (at(value, path) ?? []) as readonly Tree[];

/** The app registrations, type-checked against Microsoft's own Graph types. */
export const registrationFacts: readonly Fact[] = [
  fact(
    'the Client App has one redirect page, on its own site',
    registered((snapshot) =>
      same(at(snapshot.registration('client-app'), 'properties.spa'), {
        redirectUris: ["[format('{0}/redirect.html', <clientAppSite.origin>)]"],
      }),
    ),
    clientApp,
    "/redirect.html']",
    "/redirect.html', 'http://localhost:5173/redirect.html']",
  ),
  fact(
    'no registration redirects anywhere else',
    registered((snapshot) =>
      snapshot
        .ofType(application)
        .every(
          (app) => !at(app, 'properties.web.redirectUris') && !at(app, 'properties.publicClient'),
        ),
    ),
    clientApp,
    '  web: { implicit',
    "  publicClient: { redirectUris: ['http://localhost'] }\n  web: { implicit",
  ),
  fact(
    'no implicit grant, and no public-client fallback',
    registered((snapshot) =>
      (['client-app', 'original-api', 'downstream-api'] as const).every((name) => {
        const { properties } = snapshot.registration(name);
        const off = { enableAccessTokenIssuance: false, enableIdTokenIssuance: false };
        return (
          same(at(properties, 'web.implicitGrantSettings'), off) &&
          properties.isFallbackPublicClient === false
        );
      }),
    ),
    clientApp,
    'enableIdTokenIssuance: false',
    'enableIdTokenIssuance: true',
  ),
  fact(
    'no registration has a password',
    registered((snapshot) => !snapshot.text.includes('passwordCredentials')),
    original,
    '  optionalClaims: {',
    "  passwordCredentials: [{ displayName: 'secret' }]\n  optionalClaims: {",
  ),
  fact(
    'no registration asks for a permission, so none for applications either, and no two depend on each other',
    registered((snapshot) => !snapshot.text.includes('requiredResourceAccess')),
    clientApp,
    '  spa: {',
    "  requiredResourceAccess: [\n    {\n      resourceAppId: '00000003-0000-0000-c000-000000000000'\n      resourceAccess: [{ id: '19dbc75e-c2e2-444c-a770-ec69d8559fc7', type: 'Role' }]\n    }\n  ]\n  spa: {",
  ),
  ...federationFacts(),
  fact(
    'each registration has its service principal',
    registered((snapshot) => {
      const principals = snapshot.ofType('Microsoft.Graph/servicePrincipals@v1.0');
      return (
        principals.length === 3 &&
        principals.every(
          (principal) => at(principal, 'properties.appId') === "[reference('app').appId]",
        )
      );
    }),
    clientApp,
    "resource principal 'Microsoft.Graph/servicePrincipals@v1.0' = {",
    "resource principal 'Microsoft.Graph/servicePrincipals@v1.0' = if (name == 'none') {",
  ),
  fact(
    'one tenant signs in, unless a list of tenants was given',
    ({ development, production }) =>
      (['client-app', 'original-api', 'downstream-api'] as const).every(
        (name) =>
          development.registration(name).properties.signInAudience === 'AzureADMyOrg' &&
          production.registration(name).properties.signInAudience === 'AzureADMultipleOrgs',
      ),
    'main.bicep',
    "empty(allowedTenantIds) ? 'AzureADMyOrg' : 'AzureADMultipleOrgs'",
    "'AzureADMultipleOrgs'",
  ),
  fact(
    'nothing of Entra is touched with manageAppRegistrations=false',
    ({ unregistered }) => !unregistered.text.includes('Microsoft.Graph'),
    'main.bicep',
    "module clientAppRegistration 'entra/client-app.bicep' = if (manageAppRegistrations) {",
    "module clientAppRegistration 'entra/client-app.bicep' = {",
  ),
];

function federationFacts(): readonly Fact[] {
  const federated = (path: string, value: unknown) =>
    registered((snapshot) => {
      const found = snapshot.ofType(
        'Microsoft.Graph/applications/federatedIdentityCredentials@v1.0',
      );
      return found.length === 1 && same(at(found[0], `properties.${path}`), value);
    });
  return [
    fact(
      'Original’s managed identity may emulators for it',
      federated('subject', '[<originalIdentity.principalId>]'),
      'main.bicep',
      'identityPrincipalId: originalIdentity.outputs',
      'identityPrincipalId: downstreamIdentity.outputs',
    ),
    fact(
      'by tokens of the home tenant',
      federated(
        'issuer',
        "[format('{0}{1}/v2.0', environment().authentication.loginEndpoint, 'home-tenant')]",
      ),
      original,
      'tenant().tenantId}/v2.0',
      "'common'}/v2.0",
    ),
    fact(
      'made for that exchange',
      federated('audiences', ['api://AzureADTokenExchange']),
      'main.bicep',
      "'api://AzureADTokenExchange'",
      "'api://AnythingElse'",
    ),
  ];
}
