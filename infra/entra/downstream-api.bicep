// Downstream API's registration. Only Original API is pre-authorized for its scopes. Its one app
// role can be assigned to users, not to applications.

extension microsoftGraphV1

import { permissionIds, permissionScopes } from 'scopes.bicep'

param name string
param signInAudience string
param originalApiAppId string

resource app 'Microsoft.Graph/applications@v1.0' = {
  uniqueName: name
  displayName: name
  signInAudience: signInAudience
  isFallbackPublicClient: false
  api: {
    requestedAccessTokenVersion: 2
    oauth2PermissionScopes: permissionScopes(name)
    knownClientApplications: [originalApiAppId]
    preAuthorizedApplications: [
      { appId: originalApiAppId, delegatedPermissionIds: permissionIds(name) }
    ]
  }
  appRoles: [
    {
      id: guid(name, 'role', 'Profiles.Manage')
      value: 'Profiles.Manage'
      displayName: 'Manage profiles'
      description: 'May read and change the details of every user.'
      allowedMemberTypes: ['User']
      isEnabled: true
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
}

resource principal 'Microsoft.Graph/servicePrincipals@v1.0' = {
  appId: app.appId
}

module identifierUri 'identifier-uri.bicep' = {
  params: { name: name, appId: app.appId }
}

output appId string = app.appId
