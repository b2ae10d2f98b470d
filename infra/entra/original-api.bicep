// Original API's registration. Only the Client App is pre-authorized for its scopes. Original API
// can authenticate as this registration with its managed identity.

extension microsoftGraphV1

import { permissionIds, permissionScopes } from 'scopes.bicep'

param name string
param signInAudience string
param clientAppId string
@description('The object id of the managed identity whose tokens can replace a stored credential.')
param identityPrincipalId string
param tokenExchangeAudience string

@description('The client id of Microsoft Graph in every tenant.')
var microsoftGraphAppId = '00000003-0000-0000-c000-000000000000'
@description('The delegated permission User.ReadBasic.All: reads the names of all users.')
var readBasicOfAllUsers = 'b340eb25-3456-403f-be2f-af7a0d370277'

resource app 'Microsoft.Graph/applications@v1.0' = {
  uniqueName: name
  displayName: name
  signInAudience: signInAudience
  isFallbackPublicClient: false
  api: {
    requestedAccessTokenVersion: 2
    oauth2PermissionScopes: permissionScopes(name)
    knownClientApplications: [clientAppId]
    preAuthorizedApplications: [{ appId: clientAppId, delegatedPermissionIds: permissionIds(name) }]
  }
  requiredResourceAccess: [
    {
      resourceAppId: microsoftGraphAppId
      resourceAccess: [{ id: readBasicOfAllUsers, type: 'Scope' }]
    }
  ]
  optionalClaims: {
    accessToken: [
      { name: 'idtyp', essential: false, additionalProperties: ['include_user_token'] }
      { name: 'xms_cc', essential: false }
      { name: 'acrs', essential: false }
    ]
  }
  web: { implicitGrantSettings: { enableAccessTokenIssuance: false, enableIdTokenIssuance: false } }

  resource managedIdentity 'federatedIdentityCredentials' = {
    name: '${app.uniqueName}/managed-identity'
    issuer: '${environment().authentication.loginEndpoint}${tenant().tenantId}/v2.0'
    subject: identityPrincipalId
    audiences: [tokenExchangeAudience]
    description: 'The managed identity of the Function App, for CLIENT_CREDENTIAL=managed-identity.'
  }
}

resource principal 'Microsoft.Graph/servicePrincipals@v1.0' = {
  appId: app.appId
}

module identifierUri 'identifier-uri.bicep' = {
  params: { name: name, appId: app.appId }
}

output appId string = app.appId
