// All roles that this deployment assigns.
// Ids: https://learn.microsoft.com/azure/role-based-access-control/built-in-roles

type Role = {
  id: string
  name: string
  why: string
}

@export()
var blobDataOwner Role = {
  id: 'b7e6dc6d-f1e8-4753-8033-0f276bb0955b'
  name: 'Storage Blob Data Owner'
  why: 'The functions host stores its locks and the package of this app in the storage account.'
}

@export()
var tableDataContributor Role = {
  id: '0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3'
  name: 'Storage Table Data Contributor'
  why: 'Downstream API reads and writes documents and profiles. No other identity has a table role.'
}

@export()
var keyVaultSecretsUser Role = {
  id: '4633458b-17de-408a-b874-0445c86b69e6'
  name: 'Key Vault Secrets User'
  why: 'Original API reads its client credential. This is the only role on the vault.'
}

@export()
var monitoringMetricsPublisher Role = {
  id: '3913510d-42f4-4e42-8a64-420c390055eb'
  name: 'Monitoring Metrics Publisher'
  why: 'Each app sends telemetry with its identity, because a key alone is not accepted.'
}
