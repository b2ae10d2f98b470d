using '../../../infra/main.bicep'

param environmentName = 'production'
param location = 'westeurope'
param privateNetwork = true
param alwaysReady = 2
param allowedTenantIds = 'c0705000-0000-4000-8000-00000000c001,fab21ca0-0000-4000-8000-00000000fab1'
