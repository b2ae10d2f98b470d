using '../../../infra/main.bicep'

param environmentName = 'development'
param location = 'westeurope'
