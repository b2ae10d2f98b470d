// The second step of a registration. Its identifier URI contains its own app id, which exists only
// after the first step. Graph changes only the properties that this file sets.

extension microsoftGraphV1

param name string
param appId string

resource app 'Microsoft.Graph/applications@v1.0' = {
  uniqueName: name
  displayName: name
  identifierUris: ['api://${appId}']
}
