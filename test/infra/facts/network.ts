import { at, type Tree } from '../snapshot.ts';
import { type Fact, fact, same } from './fact.ts';

const network = 'network.bicep';
const main = 'main.bicep';
const reach = 'properties.publicNetworkAccess';

const subnets = (snapshot: Parameters<Fact['holds']>[0]['production']) =>
  (at(snapshot.ofType('Microsoft.Network/virtualNetworks')[0], 'properties.subnets') ??
    []) as readonly Tree[];

/** The private mode (parameter set `production`), and that there is none of it elsewhere. */
export const networkFacts: readonly Fact[] = [
  fact(
    'in private, Downstream is not reached from outside',
    ({ production }) => at(production.app('downstream').site, reach) === 'Disabled',
    main,
    'downstreamSubnetId : null\n    publicNetwork: !privateNetwork',
    'downstreamSubnetId : null\n    publicNetwork: true',
  ),
  fact(
    'Original is reached by everybody’s browser',
    ({ production }) => at(production.app('original').site, reach) === 'Enabled',
    main,
    'publicNetwork: true',
    'publicNetwork: false',
  ),
  fact(
    'in private, the tables are not reached from outside',
    ({ production }) =>
      production
        .ofType('Microsoft.Storage/storageAccounts')
        .filter(({ name }) => name?.startsWith('stt'))
        .every(
          (store) =>
            at(store, reach) === 'Disabled' &&
            at(store, 'properties.networkAcls.defaultAction') === 'Deny',
        ),
    main,
    "'profiles']\n    publicNetwork: !privateNetwork",
    "'profiles']\n    publicNetwork: true",
  ),
  fact(
    'in private, too, the hosts and azd reach the storage of packages, by their roles',
    ({ production }) =>
      ['sto', 'std'].every((prefix) =>
        production
          .ofType('Microsoft.Storage/storageAccounts')
          .some((store) => store.name?.startsWith(prefix) && at(store, reach) === 'Enabled'),
      ),
    'storage-account.bicep',
    'param publicNetwork bool = true',
    'param publicNetwork bool = false',
  ),
  fact(
    'Original calls out through its own subnet',
    ({ production }) =>
      at(production.app('original').site, 'properties.virtualNetworkSubnetId') ===
      '[<network.originalSubnetId>]',
    main,
    'network!.outputs.originalSubnetId : null',
    'network!.outputs.downstreamSubnetId : null',
  ),
  fact(
    'Downstream calls out through its own subnet',
    ({ production }) =>
      at(production.app('downstream').site, 'properties.virtualNetworkSubnetId') ===
      '[<network.downstreamSubnetId>]',
    main,
    'network!.outputs.downstreamSubnetId : null',
    'network!.outputs.originalSubnetId : null',
  ),
  fact(
    'doors into the network lead to Downstream and to the tables',
    ({ production }) =>
      same(
        production
          .ofType('Microsoft.Network/privateEndpoints')
          .map((door) => at(door, 'properties.privateLinkServiceConnections.0.properties')),
        [
          { privateLinkServiceId: '[<downstream.id>]', groupIds: ['sites'] },
          { privateLinkServiceId: '[<tableStore.id>]', groupIds: ['table'] },
        ],
      ),
    main,
    'targetId: tableStore.outputs.id',
    'targetId: downstreamStorage.outputs.id',
  ),
  fact(
    'the apps’ subnets are delegated to what Flex Consumption runs on',
    ({ production }) =>
      subnets(production).filter(
        (subnet) =>
          at(subnet, 'properties.delegations.0.properties.serviceName') ===
          'Microsoft.App/environments',
      ).length === 2,
    network,
    "'Microsoft.App/environments'",
    "'Microsoft.Web/serverFarms'",
  ),
  fact(
    'the apps reach Entra through NAT, by one known address',
    ({ production }) =>
      subnets(production).filter((subnet) =>
        String(at(subnet, 'properties.natGateway.id')).includes('/natGateways/'),
      ).length === 2,
    network,
    '  natGateway: { id: nat.id }\n',
    '',
  ),
  fact(
    'NAT and its address are of the kind that go together',
    ({ production }) =>
      ['publicIPAddresses', 'natGateways'].every(
        (type) => at(production.ofType(`Microsoft.Network/${type}`)[0], 'sku.name') === 'Standard',
      ),
    network,
    "  sku: { name: 'Standard' }\n  properties: { publicIPAllocationMethod",
    '  properties: { publicIPAllocationMethod',
  ),
  fact(
    'that address stays the same',
    ({ production }) =>
      production
        .ofType('Microsoft.Network/publicIPAddresses')
        .every((address) => at(address, 'properties.publicIPAllocationMethod') === 'Static') &&
      production
        .ofType('Microsoft.Network/natGateways')
        .every((nat) => (at(nat, 'properties.publicIpAddresses') as Tree[]).length === 1),
    network,
    "'Static'",
    "'Dynamic'",
  ),
  fact(
    'no subnet has a way out that nobody made',
    ({ production }) =>
      subnets(production).length === 3 &&
      subnets(production).every(
        (subnet) => at(subnet, 'properties.defaultOutboundAccess') === false,
      ),
    network,
    "addressPrefix: '10.0.2.0/24', defaultOutboundAccess: false",
    "addressPrefix: '10.0.2.0/24', defaultOutboundAccess: true",
  ),
  fact(
    'without the private mode there is no network to pay for',
    ({ development }) => !development.text.includes('Microsoft.Network/'),
    main,
    'param privateNetwork bool = false',
    'param privateNetwork bool = true',
  ),
];
