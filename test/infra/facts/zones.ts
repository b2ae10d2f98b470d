import { at } from '../snapshot.ts';
import { type Fact, same } from './fact.ts';

const network = 'network.bicep';
const main = 'main.bicep';

/** Facts about the private DNS zones of the private mode. */
export const zoneFacts: readonly Fact[] = [
  {
    name: 'each private endpoint is registered in its private DNS zone',
    isTrue: ({ production }) =>
      same(
        production
          .ofType('Microsoft.Network/privateEndpoints/privateDnsZoneGroups')
          .map((group) =>
            at(group, 'properties.privateDnsZoneConfigs.0.properties.privateDnsZoneId'),
          ),
        ['[<network.sitesZoneId>]', '[<network.tablesZoneId>]'],
      ),
    mutation: {
      file: main,
      from: 'zoneId: network!.outputs.tablesZoneId',
      to: 'zoneId: network!.outputs.sitesZoneId',
    },
  },
  {
    name: 'the network has private DNS zones for Function Apps and tables',
    isTrue: ({ production }) => {
      const links = production.ofType('Microsoft.Network/privateDnsZones/virtualNetworkLinks');
      return (
        links.length === 2 &&
        links.some(({ name }) => name?.startsWith('privatelink.azurewebsites.net/')) &&
        links.some(({ name }) => name?.includes('privatelink.table.'))
      );
    },
    mutation: {
      file: network,
      from: "'privatelink.azurewebsites.net'",
      to: "'azurewebsites.net'",
    },
  },
  {
    name: 'the DNS zones are linked to the network, without automatic registration',
    isTrue: ({ production }) =>
      production
        .ofType('Microsoft.Network/privateDnsZones/virtualNetworkLinks')
        .every(
          (link) =>
            at(link, 'properties.registrationEnabled') === false &&
            at(link, 'properties.virtualNetwork.id') ===
              production.ofType('Microsoft.Network/virtualNetworks')[0]?.id,
        ),
    mutation: {
      file: network,
      after: "resource tables 'Microsoft.Network/privateDnsZones",
      from: 'registrationEnabled: false',
      to: 'registrationEnabled: true',
    },
  },
];
