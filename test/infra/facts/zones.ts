import { at } from '../snapshot.ts';
import { type Fact, fact, same } from './fact.ts';

const network = 'network.bicep';
const main = 'main.bicep';

/** In network.bicep, what leads to how the tables' zone is linked. */
const tablesZone =
  // biome-ignore lint/suspicious/noTemplateCurlyInString: Bicep's own.
  "'privatelink.table.${environment().suffixes.storage}'\n  location: 'global'\n  tags: tags\n\n  resource link 'virtualNetworkLinks' = {\n    name: network.name\n    location: 'global'\n    properties: { virtualNetwork: { id: network.id }, ";

/** The private mode's names: what the doors into the network are called inside it. */
export const zoneFacts: readonly Fact[] = [
  fact(
    'each door has its name in the private zone',
    ({ production }) =>
      same(
        production
          .ofType('Microsoft.Network/privateEndpoints/privateDnsZoneGroups')
          .map((group) =>
            at(group, 'properties.privateDnsZoneConfigs.0.properties.privateDnsZoneId'),
          ),
        ['[<network.sitesZoneId>]', '[<network.tablesZoneId>]'],
      ),
    main,
    'zoneId: network!.outputs.tablesZoneId',
    'zoneId: network!.outputs.sitesZoneId',
  ),
  fact(
    'the zones are the ones of Function Apps and tables, linked to the network',
    ({ production }) => {
      const links = production.ofType('Microsoft.Network/privateDnsZones/virtualNetworkLinks');
      return (
        links.length === 2 &&
        links.some(({ name }) => name?.startsWith('privatelink.azurewebsites.net/')) &&
        links.some(({ name }) => name?.includes('privatelink.table.'))
      );
    },
    network,
    "'privatelink.azurewebsites.net'",
    "'azurewebsites.net'",
  ),
  fact(
    'the zones are read by the network and nothing registers itself in them',
    ({ production }) =>
      production
        .ofType('Microsoft.Network/privateDnsZones/virtualNetworkLinks')
        .every(
          (link) =>
            at(link, 'properties.registrationEnabled') === false &&
            at(link, 'properties.virtualNetwork.id') ===
              production.ofType('Microsoft.Network/virtualNetworks')[0]?.id,
        ),
    network,
    `${tablesZone}registrationEnabled: false`,
    `${tablesZone}registrationEnabled: true`,
  ),
];
