// The network of the private mode. Original API calls Downstream API through it. Downstream API and
// the tables are reachable from this network only.

param suffix string
param location string
param tags object

// Flex Consumption runs on Container Apps and therefore requires this delegation. Through the NAT
// gateway, both apps reach Entra from one known address.
var appSubnet = {
  delegations: [{ name: 'functions', properties: { serviceName: 'Microsoft.App/environments' } }]
  defaultOutboundAccess: false
  natGateway: { id: nat.id }
}

resource address 'Microsoft.Network/publicIPAddresses@2024-07-01' = {
  name: 'pip-${suffix}'
  location: location
  tags: tags
  sku: { name: 'Standard' }
  properties: { publicIPAllocationMethod: 'Static' }
}

resource nat 'Microsoft.Network/natGateways@2024-07-01' = {
  name: 'nat-${suffix}'
  location: location
  tags: tags
  sku: { name: 'Standard' }
  properties: { publicIpAddresses: [{ id: address.id }] }
}

resource network 'Microsoft.Network/virtualNetworks@2024-07-01' = {
  name: 'vnet-${suffix}'
  location: location
  tags: tags
  properties: {
    addressSpace: { addressPrefixes: ['10.0.0.0/16'] }
    subnets: [
      { name: 'original-api', properties: union(appSubnet, { addressPrefix: '10.0.0.0/24' }) }
      { name: 'downstream-api', properties: union(appSubnet, { addressPrefix: '10.0.1.0/24' }) }
      {
        name: 'endpoints'
        properties: { addressPrefix: '10.0.2.0/24', defaultOutboundAccess: false }
      }
    ]
  }

  resource original 'subnets' existing = { name: 'original-api' }
  resource downstream 'subnets' existing = { name: 'downstream-api' }
  resource endpoints 'subnets' existing = { name: 'endpoints' }
}

resource sites 'Microsoft.Network/privateDnsZones@2024-06-01' = {
  name: 'privatelink.azurewebsites.net'
  location: 'global'
  tags: tags

  resource link 'virtualNetworkLinks' = {
    name: network.name
    location: 'global'
    properties: { virtualNetwork: { id: network.id }, registrationEnabled: false }
  }
}

resource tables 'Microsoft.Network/privateDnsZones@2024-06-01' = {
  name: 'privatelink.table.${environment().suffixes.storage}'
  location: 'global'
  tags: tags

  resource link 'virtualNetworkLinks' = {
    name: network.name
    location: 'global'
    properties: { virtualNetwork: { id: network.id }, registrationEnabled: false }
  }
}

output originalSubnetId string = network::original.id
output downstreamSubnetId string = network::downstream.id
output endpointsSubnetId string = network::endpoints.id
output sitesZoneId string = sites.id
output tablesZoneId string = tables.id
