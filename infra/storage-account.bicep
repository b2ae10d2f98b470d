// A storage account without account keys. It accepts only Entra identities, requires TLS 1.2, and
// allows no public blobs.

param name string
param location string
param tags object
@description('The container for the deployed package. Empty: no container.')
param container string = ''
@description('The names of the tables to create.')
param tables string[] = []
@description('Whether the account is reachable from the public network, by identities with a role.')
param publicNetwork bool = true

resource account 'Microsoft.Storage/storageAccounts@2025-01-01' = {
  name: name
  location: location
  tags: tags
  kind: 'StorageV2'
  sku: { name: 'Standard_LRS' }
  properties: {
    allowSharedKeyAccess: false
    allowBlobPublicAccess: false
    allowCrossTenantReplication: false
    defaultToOAuthAuthentication: true
    minimumTlsVersion: 'TLS1_2'
    supportsHttpsTrafficOnly: true
    publicNetworkAccess: publicNetwork ? 'Enabled' : 'Disabled'
    networkAcls: {
      defaultAction: publicNetwork ? 'Allow' : 'Deny'
      bypass: 'None'
    }
  }

  resource blobs 'blobServices' = if (!empty(container)) {
    name: 'default'

    resource packages 'containers' = {
      name: empty(container) ? 'none' : container
      properties: { publicAccess: 'None' }
    }
  }

  resource tableService 'tableServices' = if (!empty(tables)) {
    name: 'default'

    resource table 'tables' = [for table in tables: { name: table }]
  }
}

output id string = account.id
output name string = account.name
output blobEndpoint string = account.properties.primaryEndpoints.blob
output tableEndpoint string = account.properties.primaryEndpoints.table
