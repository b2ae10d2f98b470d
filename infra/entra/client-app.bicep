// The Client App's registration: a public client with one redirect URI, no secret and no API.

extension microsoftGraphV1

param name string
param origin string
param signInAudience string

resource app 'Microsoft.Graph/applications@v1.0' = {
  uniqueName: name
  displayName: name
  signInAudience: signInAudience
  isFallbackPublicClient: false
  spa: { redirectUris: ['${origin}/redirect.html'] }
  web: { implicitGrantSettings: { enableAccessTokenIssuance: false, enableIdTokenIssuance: false } }
}

resource principal 'Microsoft.Graph/servicePrincipals@v1.0' = {
  appId: app.appId
}

output appId string = app.appId
