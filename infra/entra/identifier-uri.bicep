// The second step of a registration: its identifier URI holds its own app id, which the first step made. Graph changes only what is stated here.

extension microsoftGraphV1

param name string
param appId string

resource app 'Microsoft.Graph/applications@v1.0' = {
  uniqueName: name
  displayName: name
  identifierUris: ['api://${appId}']
}
