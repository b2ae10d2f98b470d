// The Client App's static site. The hook hooks/write-client-settings.ts writes its security headers
// before each deployment, because they contain Original API's address.

param suffix string
@description('The region that manages the site. Static Web Apps serves the files globally.')
param location string
param tags object

resource site 'Microsoft.Web/staticSites@2024-11-01' = {
  name: 'stapp-${suffix}'
  location: location
  tags: union(tags, { 'azd-service-name': 'client-app' })
  sku: { name: 'Free', tier: 'Free' }
  properties: {
    allowConfigFileUpdates: true
    stagingEnvironmentPolicy: 'Disabled'
  }
}

output origin string = 'https://${site.properties.defaultHostname}'
