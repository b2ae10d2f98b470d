import { at, type Resource, type Snapshot, type Tree } from '../snapshot.ts';
import { type Fact, fact, same } from './fact.ts';

const clientApp = 'entra/client-app.bicep';
const original = 'entra/original-api.bicep';
const downstream = 'entra/downstream-api.bicep';
const application = 'Microsoft.Graph/applications@v1.0';

/** Both parameter sets that make registrations. */
const registered =
  (holds: (snapshot: Snapshot) => boolean): Fact['holds'] =>
  ({ development, production }) =>
    holds(development) && holds(production);

const bothApis = (holds: (app: Resource) => boolean) =>
  registered((snapshot) => holds(snapshot.registration('original-api')) && holds(snapshot.registration('downstream-api')));

const list = (value: unknown, path: string) => (at(value, path) ?? []) as readonly Tree[];
const callers = (app: Resource) => list(app, 'properties.api.preAuthorizedApplications').map(({ appId }) => appId);
const offers = (name: string, more?: Tree) => (app: Resource) =>
  list(app, 'properties.optionalClaims.accessToken').some(
    (claim) => claim.name === name && (!more || same(claim.additionalProperties, more)),
  );
const scopesOf = (app: Resource) => list(app, 'properties.api.oauth2PermissionScopes');
const secondSteps = (snapshot: Snapshot) => snapshot.ofType(application).filter((app) => at(app, 'properties.identifierUris'));

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
      snapshot.ofType(application).every((app) => !at(app, 'properties.web.redirectUris') && !at(app, 'properties.publicClient')),
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
        return same(at(properties, 'web.implicitGrantSettings'), off) && properties.isFallbackPublicClient === false;
      }),
    ),
    clientApp,
    'enableIdTokenIssuance: false',
    'enableIdTokenIssuance: true',
  ),
  fact(
    'both APIs get tokens of version 2',
    bothApis((app) => at(app, 'properties.api.requestedAccessTokenVersion') === 2),
    downstream,
    'TokenVersion: 2',
    'TokenVersion: 1',
  ),
  fact(
    'tokens say whether they are a user’s',
    bothApis((app) =>
      list(app, 'properties.optionalClaims.accessToken').some(
        (claim) => claim.name === 'idtyp' && same(claim.additionalProperties, ['include_user_token']),
      ),
    ),
    original,
    "additionalProperties: ['include_user_token']",
    'additionalProperties: []',
  ),
  fact('tokens say what the client can do', bothApis(offers('xms_cc')), downstream, "      { name: 'xms_cc', essential: false }\n", ''),
  fact(
    'tokens say which authentication contexts are met',
    bothApis(offers('acrs')),
    downstream,
    "      { name: 'acrs', essential: false }\n",
    '',
  ),
  fact(
    'Original is called by the Client App alone',
    registered((snapshot) => same(callers(snapshot.registration('original-api')), ['[<clientAppRegistration.appId>]'])),
    original,
    'preAuthorizedApplications: [{ appId: clientAppId,',
    'preAuthorizedApplications: [{ appId: identityPrincipalId,',
  ),
  fact(
    'Downstream is called by Original alone, and not by the Client App',
    registered((snapshot) => same(callers(snapshot.registration('downstream-api')), ['[<originalRegistration.appId>]'])),
    'main.bicep',
    'originalApiAppId: originalRegistration!.outputs.appId',
    'originalApiAppId: clientAppRegistration!.outputs.appId',
  ),
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
  fact(
    'Profiles.Manage is for people, never for apps',
    registered((snapshot) =>
      same(
        list(snapshot.registration('downstream-api'), 'properties.appRoles').map(({ value, allowedMemberTypes }) => [
          value,
          allowedMemberTypes,
        ]),
        [['Profiles.Manage', ['User']]],
      ),
    ),
    downstream,
    "allowedMemberTypes: ['User']",
    "allowedMemberTypes: ['User', 'Application']",
  ),
  fact(
    'only Downstream defines a role',
    registered(
      (snapshot) => !snapshot.registration('original-api').properties.appRoles && !snapshot.registration('client-app').properties.appRoles,
    ),
    original,
    '  optionalClaims: {',
    "  appRoles: [\n    {\n      id: guid(name)\n      value: 'All.Read'\n      displayName: 'All'\n      description: 'All'\n      allowedMemberTypes: ['Application']\n      isEnabled: true\n    }\n  ]\n  optionalClaims: {",
  ),
  fact(
    'both APIs are named by their own app id',
    registered(
      (snapshot) =>
        secondSteps(snapshot).length === 2 &&
        secondSteps(snapshot).every((app) => same(app.properties.identifierUris, ["[format('api://{0}', reference('app').appId)]"])),
    ),
    'entra/identifier-uri.bicep',
    "'api://",
    "'api://some/",
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
    registered((snapshot) => snapshot.ofType('Microsoft.Graph/servicePrincipals@v1.0').length === 3),
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
      const found = snapshot.ofType('Microsoft.Graph/applications/federatedIdentityCredentials@v1.0');
      return found.length === 1 && same(at(found[0], `properties.${path}`), value);
    });
  return [
    fact(
      'Original’s managed identity may stand for it',
      federated('subject', '[<originalIdentity.principalId>]'),
      'main.bicep',
      'identityPrincipalId: originalIdentity.outputs',
      'identityPrincipalId: downstreamIdentity.outputs',
    ),
    fact(
      'by tokens of the home tenant',
      federated('issuer', "[format('{0}{1}/v2.0', environment().authentication.loginEndpoint, 'home-tenant')]"),
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
