// All role assignments. To review the permissions, read this file and roles.bicep.

import {
  blobDataOwner
  keyVaultSecretsUser
  monitoringMetricsPublisher
  tableDataContributor
} from 'roles.bicep'

type Identity = {
  id: string
  principalId: string
}

param original Identity
param downstream Identity
param originalStorageName string
param downstreamStorageName string
param tableStoreName string
param vaultName string
param insightsName string
@description('Whether Original API reads its credential from the vault, and so has a role on it.')
param readsVault bool

resource originalStorage 'Microsoft.Storage/storageAccounts@2025-01-01' existing = {
  name: originalStorageName
}

resource downstreamStorage 'Microsoft.Storage/storageAccounts@2025-01-01' existing = {
  name: downstreamStorageName
}

resource tableStore 'Microsoft.Storage/storageAccounts@2025-01-01' existing = {
  name: tableStoreName
}

resource vault 'Microsoft.KeyVault/vaults@2024-11-01' existing = {
  name: vaultName
}

resource insights 'Microsoft.Insights/components@2020-02-02' existing = {
  name: insightsName
}

resource originalOwnsItsBlobs 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(originalStorage.id, original.id, blobDataOwner.id)
  scope: originalStorage
  properties: {
    roleDefinitionId: subscriptionResourceId(
      'Microsoft.Authorization/roleDefinitions',
      blobDataOwner.id
    )
    principalId: original.principalId
    principalType: 'ServicePrincipal'
    description: blobDataOwner.why
  }
}

resource downstreamOwnsItsBlobs 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(downstreamStorage.id, downstream.id, blobDataOwner.id)
  scope: downstreamStorage
  properties: {
    roleDefinitionId: subscriptionResourceId(
      'Microsoft.Authorization/roleDefinitions',
      blobDataOwner.id
    )
    principalId: downstream.principalId
    principalType: 'ServicePrincipal'
    description: blobDataOwner.why
  }
}

resource downstreamWritesTables 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(tableStore.id, downstream.id, tableDataContributor.id)
  scope: tableStore
  properties: {
    roleDefinitionId: subscriptionResourceId(
      'Microsoft.Authorization/roleDefinitions',
      tableDataContributor.id
    )
    principalId: downstream.principalId
    principalType: 'ServicePrincipal'
    description: tableDataContributor.why
  }
}

resource originalReadsVault 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (readsVault) {
  name: guid(vault.id, original.id, keyVaultSecretsUser.id)
  scope: vault
  properties: {
    roleDefinitionId: subscriptionResourceId(
      'Microsoft.Authorization/roleDefinitions',
      keyVaultSecretsUser.id
    )
    principalId: original.principalId
    principalType: 'ServicePrincipal'
    description: keyVaultSecretsUser.why
  }
}

resource originalSendsTelemetry 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(insights.id, original.id, monitoringMetricsPublisher.id)
  scope: insights
  properties: {
    roleDefinitionId: subscriptionResourceId(
      'Microsoft.Authorization/roleDefinitions',
      monitoringMetricsPublisher.id
    )
    principalId: original.principalId
    principalType: 'ServicePrincipal'
    description: monitoringMetricsPublisher.why
  }
}

resource downstreamSendsTelemetry 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(insights.id, downstream.id, monitoringMetricsPublisher.id)
  scope: insights
  properties: {
    roleDefinitionId: subscriptionResourceId(
      'Microsoft.Authorization/roleDefinitions',
      monitoringMetricsPublisher.id
    )
    principalId: downstream.principalId
    principalType: 'ServicePrincipal'
    description: monitoringMetricsPublisher.why
  }
}
