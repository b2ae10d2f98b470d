// The Client App's static site. Its security headers are written at deployment (hooks/client-app.ts), when Original's address is known.

param token string
@description('Static Web Apps are managed from a few regions only; the files are served from everywhere.')
param location string
param tags object

resource site 'Microsoft.Web/staticSites@2024-11-01' = {
  name: 'stapp-${token}'
  location: location
  tags: union(tags, { 'azd-service-name': 'client-app' })
  sku: { name: 'Free', tier: 'Free' }
  properties: {
    allowConfigFileUpdates: true
    stagingEnvironmentPolicy: 'Disabled'
  }
}

output origin string = 'https://${site.properties.defaultHostname}'
