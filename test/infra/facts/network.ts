import { at, type Tree } from '../snapshot.ts';
import { type Fact, same } from './fact.ts';

const network = 'network.bicep';
const main = 'main.bicep';
const reach = 'properties.publicNetworkAccess';

const subnets = (snapshot: Parameters<Fact['holds']>[0]['production']) =>
  (at(snapshot.ofType('Microsoft.Network/virtualNetworks')[0], 'properties.subnets') ??
    []) as readonly Tree[];

/** The private mode (parameter set `production`), and that there is none of it elsewhere. */
export const networkFacts: readonly Fact[] = [
  {
    name: 'in private, Downstream is not reached from outside',
    holds: ({ production }) => at(production.app('downstream').site, reach) === 'Disabled',
    mutation: {
      file: main,
      from: 'downstreamSubnetId : null, publicNetwork: !privateNetwork',
      to: 'downstreamSubnetId : null, publicNetwork: true',
    },
  },
  {
    name: 'Original is reached by everybody’s browser',
    holds: ({ production }) => at(production.app('original').site, reach) === 'Enabled',
    mutation: {
      file: main,
      from: 'publicNetwork: true',
      to: 'publicNetwork: false',
    },
  },
  {
    name: 'in private, the tables are not reached from outside',
    holds: ({ production }) =>
      production
        .ofType('Microsoft.Storage/storageAccounts')
        .filter(({ name }) => name?.startsWith('stt'))
        .every(
          (store) =>
            at(store, reach) === 'Disabled' &&
            at(store, 'properties.networkAcls.defaultAction') === 'Deny',
        ),
    mutation: {
      file: main,
      from: "'profiles'], publicNetwork: !privateNetwork",
      to: "'profiles'], publicNetwork: true",
    },
  },
  {
    name: 'in private, too, the hosts and azd reach the storage of packages, by their roles',
    holds: ({ production }) =>
      ['sto', 'std'].every((prefix) =>
        production
          .ofType('Microsoft.Storage/storageAccounts')
          .some((store) => store.name?.startsWith(prefix) && at(store, reach) === 'Enabled'),
      ),
    mutation: {
      file: 'storage-account.bicep',
      from: 'param publicNetwork bool = true',
      to: 'param publicNetwork bool = false',
    },
  },
  {
    name: 'Original calls out through its own subnet',
    holds: ({ production }) =>
      at(production.app('original').site, 'properties.virtualNetworkSubnetId') ===
      '[<network.originalSubnetId>]',
    mutation: {
      file: main,
      from: 'network!.outputs.originalSubnetId : null',
      to: 'network!.outputs.downstreamSubnetId : null',
    },
  },
  {
    name: 'Downstream calls out through its own subnet',
    holds: ({ production }) =>
      at(production.app('downstream').site, 'properties.virtualNetworkSubnetId') ===
      '[<network.downstreamSubnetId>]',
    mutation: {
      file: main,
      from: 'network!.outputs.downstreamSubnetId : null',
      to: 'network!.outputs.originalSubnetId : null',
    },
  },
  {
    name: 'doors into the network lead to Downstream and to the tables',
    holds: ({ production }) =>
      same(
        production
          .ofType('Microsoft.Network/privateEndpoints')
          .map((door) => at(door, 'properties.privateLinkServiceConnections.0.properties')),
        [
          { privateLinkServiceId: '[<downstream.id>]', groupIds: ['sites'] },
          { privateLinkServiceId: '[<tableStore.id>]', groupIds: ['table'] },
        ],
      ),
    mutation: {
      file: main,
      from: 'targetId: tableStore.outputs.id',
      to: 'targetId: downstreamStorage.outputs.id',
    },
  },
  {
    name: 'the apps’ subnets are delegated to what Flex Consumption runs on',
    holds: ({ production }) =>
      subnets(production).filter(
        (subnet) =>
          at(subnet, 'properties.delegations.0.properties.serviceName') ===
          'Microsoft.App/environments',
      ).length === 2,
    mutation: {
      file: network,
      from: "'Microsoft.App/environments'",
      to: "'Microsoft.Web/serverFarms'",
    },
  },
  {
    name: 'the apps reach Entra through NAT, by one known address',
    holds: ({ production }) =>
      subnets(production).filter((subnet) =>
        String(at(subnet, 'properties.natGateway.id')).includes('/natGateways/'),
      ).length === 2,
    mutation: {
      file: network,
      from: 'natGateway: { id: nat.id }',
      to: '',
    },
  },
  {
    name: 'NAT and its address are of the kind that go together',
    holds: ({ production }) =>
      ['publicIPAddresses', 'natGateways'].every(
        (type) => at(production.ofType(`Microsoft.Network/${type}`)[0], 'sku.name') === 'Standard',
      ),
    mutation: {
      file: network,
      from: "sku: { name: 'Standard' }, properties: { publicIPAllocationMethod",
      to: 'properties: { publicIPAllocationMethod',
    },
  },
  {
    name: 'that address stays the same',
    holds: ({ production }) =>
      production
        .ofType('Microsoft.Network/publicIPAddresses')
        .every((address) => at(address, 'properties.publicIPAllocationMethod') === 'Static') &&
      production
        .ofType('Microsoft.Network/natGateways')
        .every((nat) => (at(nat, 'properties.publicIpAddresses') as Tree[]).length === 1),
    mutation: {
      file: network,
      from: "'Static'",
      to: "'Dynamic'",
    },
  },
  {
    name: 'no subnet has a way out that nobody made',
    holds: ({ production }) =>
      subnets(production).length === 3 &&
      subnets(production).every(
        (subnet) => at(subnet, 'properties.defaultOutboundAccess') === false,
      ),
    mutation: {
      file: network,
      from: "addressPrefix: '10.0.2.0/24', defaultOutboundAccess: false",
      to: "addressPrefix: '10.0.2.0/24', defaultOutboundAccess: true",
    },
  },
  {
    name: 'without the private mode there is no network to pay for',
    holds: ({ development }) => !development.text.includes('Microsoft.Network/'),
    mutation: {
      file: main,
      from: 'param privateNetwork bool = false',
      to: 'param privateNetwork bool = true',
    },
  },
];
