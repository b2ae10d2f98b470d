using '../../../infra/main.bicep'

param environmentName = 'unregistered'
param location = 'westeurope'
param manageAppRegistrations = false
param clientAppId = 'c11e4700-0000-4000-8000-0000000000a1'
param originalApiClientId = '0219a100-0000-4000-8000-0000000000a2'
param downstreamApiClientId = 'd0375100-0000-4000-8000-0000000000a3'
param clientCredential = 'managed-identity'
