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
