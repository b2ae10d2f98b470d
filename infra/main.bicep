// The whole chain in one subscription and one tenant, deployed by `azd up`.
// docs/deploy.md explains the decisions.

targetScope = 'subscription'

@description('The name of the azd environment.')
@minLength(1)
@maxLength(40)
param environmentName string

@description('The region of all resources except the static site.')
param location string

@description('The region that manages the static site. Its files are served globally.')
@allowed(['westus2', 'centralus', 'eastus2', 'westeurope', 'eastasia'])
param clientAppLocation string = 'westeurope'

@description('Whether Downstream API and its tables are reachable from a private network only.')
param privateNetwork bool = false

@description('Whether to create the app registrations. If not, set the three client ids below.')
param manageAppRegistrations bool = true

@description('The client id of an existing registration for the Client App.')
param clientAppId string = ''

@description('The client id of an existing registration for Original API.')
param originalApiClientId string = ''

@description('The client id of an existing registration for Downstream API.')
param downstreamApiClientId string = ''

@description('How Original API authenticates to Entra. `managed-identity` stores no credential.')
@allowed(['key-vault-certificate', 'managed-identity'])
param clientCredential string = 'key-vault-certificate'

@description('Comma-separated ids of the tenants whose users may call. Empty: the home tenant.')
param allowedTenantIds string = ''

@description('The authentication context that deleting a document requires.')
param stepUpAuthContext string = 'c1'

@description('The number of concurrent requests per instance of an API.')
@minValue(1)
@maxValue(1000)
param concurrency int = 50

@description('The maximum number of instances of each API.')
@minValue(40)
@maxValue(1000)
param maximumInstances int = 100

@description('The number of instances of each API that never stop.')
@minValue(0)
param alwaysReady int = 0

// Fails before the deployment starts. Azure would report the same error after ten minutes.
var alwaysReadyInstances = alwaysReady > maximumInstances
  ? fail('ALWAYS_READY is more than MAXIMUM_INSTANCES. Change one of them with azd env set.')
  : alwaysReady

// Makes the resource names globally unique.
var suffix = uniqueString(subscription().id, environmentName, location)
var tags = { 'azd-env-name': environmentName }
var packageContainer = 'packages'
var credentialName = 'zero-trust-original-api'
var signInAudience = empty(allowedTenantIds) ? 'AzureADMyOrg' : 'AzureADMultipleOrgs'

// These names are known before the apps exist, so the settings of Original API can contain the
// address of Downstream API without a dependency between the apps.
var originalName = 'func-original-${suffix}'
var downstreamName = 'func-downstream-${suffix}'

resource group 'Microsoft.Resources/resourceGroups@2024-11-01' = {
  name: 'rg-${environmentName}'
  location: location
  tags: tags
}

module originalIdentity 'identity.bicep' = {
  scope: group
  params: { name: 'id-original-${suffix}', location: location, tags: tags }
}

module downstreamIdentity 'identity.bicep' = {
  scope: group
  params: { name: 'id-downstream-${suffix}', location: location, tags: tags }
}

module monitoring 'monitoring.bicep' = {
  scope: group
  params: { suffix: suffix, location: location, tags: tags }
}

module vault 'key-vault.bicep' = {
  scope: group
  params: {
    suffix: suffix
    location: location
    tags: tags
    workspaceId: monitoring.outputs.workspaceId
  }
}

module originalStorage 'storage-account.bicep' = {
  scope: group
  params: { name: 'sto${suffix}', location: location, tags: tags, container: packageContainer }
}

module downstreamStorage 'storage-account.bicep' = {
  scope: group
  params: { name: 'std${suffix}', location: location, tags: tags, container: packageContainer }
}

module tableStore 'storage-account.bicep' = {
  scope: group
  params: {
    name: 'stt${suffix}'
    location: location
    tags: tags
    tables: ['documents', 'shares', 'profiles']
    publicNetwork: !privateNetwork
  }
}

module roleAssignments 'role-assignments.bicep' = {
  scope: group
  params: {
    original: { id: originalIdentity.outputs.id, principalId: originalIdentity.outputs.principalId }
    downstream: {
      id: downstreamIdentity.outputs.id
      principalId: downstreamIdentity.outputs.principalId
    }
    originalStorageName: originalStorage.outputs.name
    downstreamStorageName: downstreamStorage.outputs.name
    tableStoreName: tableStore.outputs.name
    vaultName: vault.outputs.name
    insightsName: monitoring.outputs.insightsName
    readsVault: clientCredential == 'key-vault-certificate'
  }
}

module clientAppSite 'client-app-site.bicep' = {
  scope: group
  params: { suffix: suffix, location: clientAppLocation, tags: tags }
}

module clientAppRegistration 'entra/client-app.bicep' = if (manageAppRegistrations) {
  scope: group
  params: {
    name: 'client-app-${suffix}'
    origin: clientAppSite.outputs.origin
    signInAudience: signInAudience
  }
}

module originalRegistration 'entra/original-api.bicep' = if (manageAppRegistrations) {
  scope: group
  params: {
    name: 'original-api-${suffix}'
    signInAudience: signInAudience
    clientAppId: clientAppRegistration!.outputs.appId
    identityPrincipalId: originalIdentity.outputs.principalId
    tokenExchangeAudience: 'api://AzureADTokenExchange'
  }
}

module downstreamRegistration 'entra/downstream-api.bicep' = if (manageAppRegistrations) {
  scope: group
  params: {
    name: 'downstream-api-${suffix}'
    signInAudience: signInAudience
    originalApiAppId: originalRegistration!.outputs.appId
  }
}

module network 'network.bicep' = if (privateNetwork) {
  scope: group
  params: { suffix: suffix, location: location, tags: tags }
}

// Fails before anything is created. Without this check, the API would not start.
func requireClientId(name string, id string) string =>
  empty(id)
    ? fail('MANAGE_APP_REGISTRATIONS=false requires ${name}. Run: azd env set ${name} <id>')
    : id

var clientAppAppId = manageAppRegistrations
  ? clientAppRegistration!.outputs.appId
  : requireClientId('CLIENT_APP_ID', clientAppId)
var originalAppId = manageAppRegistrations
  ? originalRegistration!.outputs.appId
  : requireClientId('ORIGINAL_API_CLIENT_ID', originalApiClientId)
var downstreamAppId = manageAppRegistrations
  ? downstreamRegistration!.outputs.appId
  : requireClientId('DOWNSTREAM_API_CLIENT_ID', downstreamApiClientId)
var downstreamUrl = 'https://${downstreamName}.azurewebsites.net/api/downstream'

// environment() has the endpoint of Azure AD Graph only, the predecessor of Microsoft Graph.
var microsoftGraphEndpoints = {
  AzureCloud: 'https://graph.microsoft.com'
  AzureUSGovernment: 'https://graph.microsoft.us'
  AzureChinaCloud: 'https://microsoftgraph.chinacloudapi.cn'
}

var entraSettings = {
  AZURE_TENANT_ID: tenant().tenantId
  ALLOWED_TENANT_IDS: empty(allowedTenantIds) ? tenant().tenantId : allowedTenantIds
  AZURE_AUTHORITY_HOST: environment().authentication.loginEndpoint
  ORIGINAL_API_CLIENT_ID: originalAppId
  DOWNSTREAM_API_CLIENT_ID: downstreamAppId
}

module original 'function-app.bicep' = {
  scope: group
  params: {
    service: 'original-api'
    name: originalName
    planName: 'plan-original-${suffix}'
    location: location
    tags: tags
    identity: { id: originalIdentity.outputs.id, clientId: originalIdentity.outputs.clientId }
    storageName: originalStorage.outputs.name
    storageBlobEndpoint: originalStorage.outputs.blobEndpoint
    packageContainer: packageContainer
    insightsConnectionString: monitoring.outputs.connectionString
    settings: union(entraSettings, {
      CLIENT_APP_IDS: clientAppAppId
      ALLOWED_ORIGINS: clientAppSite.outputs.origin
      DOWNSTREAM_API_URL: downstreamUrl
      MICROSOFT_GRAPH_ENDPOINT: microsoftGraphEndpoints[environment().name]
      CLIENT_CREDENTIAL: clientCredential
      AZURE_KEY_VAULT_ENDPOINT: vault.outputs.endpoint
      CLIENT_CREDENTIAL_NAME: credentialName
    })
    concurrency: concurrency
    maximumInstances: maximumInstances
    alwaysReady: alwaysReadyInstances
    outboundSubnetId: privateNetwork ? network!.outputs.originalSubnetId : null
    publicNetwork: true
  }
  dependsOn: [roleAssignments]
}

module downstream 'function-app.bicep' = {
  scope: group
  params: {
    service: 'downstream-api'
    name: downstreamName
    planName: 'plan-downstream-${suffix}'
    location: location
    tags: tags
    identity: { id: downstreamIdentity.outputs.id, clientId: downstreamIdentity.outputs.clientId }
    storageName: downstreamStorage.outputs.name
    storageBlobEndpoint: downstreamStorage.outputs.blobEndpoint
    packageContainer: packageContainer
    insightsConnectionString: monitoring.outputs.connectionString
    settings: union(entraSettings, {
      AZURE_STORAGE_TABLE_ENDPOINT: tableStore.outputs.tableEndpoint
      STEP_UP_AUTH_CONTEXT: stepUpAuthContext
    })
    concurrency: concurrency
    maximumInstances: maximumInstances
    alwaysReady: alwaysReadyInstances
    outboundSubnetId: privateNetwork ? network!.outputs.downstreamSubnetId : null
    publicNetwork: !privateNetwork
  }
  dependsOn: [roleAssignments]
}

module downstreamPrivateEndpoint 'private-endpoint.bicep' = if (privateNetwork) {
  scope: group
  params: {
    name: 'pe-downstream-${suffix}'
    location: location
    tags: tags
    subnetId: network!.outputs.endpointsSubnetId
    targetId: downstream.outputs.id
    groupId: 'sites'
    zoneId: network!.outputs.sitesZoneId
  }
}

module tablesPrivateEndpoint 'private-endpoint.bicep' = if (privateNetwork) {
  scope: group
  params: {
    name: 'pe-tables-${suffix}'
    location: location
    tags: tags
    subnetId: network!.outputs.endpointsSubnetId
    targetId: tableStore.outputs.id
    groupId: 'table'
    zoneId: network!.outputs.tablesZoneId
  }
}

output AZURE_TENANT_ID string = tenant().tenantId
output AZURE_RESOURCE_GROUP string = group.name
output AZURE_KEY_VAULT_NAME string = vault.outputs.name
output AZURE_KEY_VAULT_ENDPOINT string = vault.outputs.endpoint
output AZURE_AUTHORITY_HOST string = environment().authentication.loginEndpoint
output CLIENT_APP_ID string = clientAppAppId
output CLIENT_APP_ORIGIN string = clientAppSite.outputs.origin
output CLIENT_CREDENTIAL string = clientCredential
output CLIENT_CREDENTIAL_NAME string = credentialName
output DOWNSTREAM_API_CLIENT_ID string = downstreamAppId
output DOWNSTREAM_API_URL string = downstreamUrl
output MANAGE_APP_REGISTRATIONS bool = manageAppRegistrations
output ORIGINAL_API_CLIENT_ID string = originalAppId
output ORIGINAL_API_URL string = 'https://${originalName}.azurewebsites.net/api'
output PRIVATE_NETWORK bool = privateNetwork
