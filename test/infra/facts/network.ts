import { at, type Snapshot, type Tree } from '../snapshot.ts';
import { type Fact, same } from './fact.ts';

const network = 'network.bicep';
const main = 'main.bicep';
const publicAccess = 'properties.publicNetworkAccess';

/** The subnets of the virtual network. */
const subnets = (snapshot: Snapshot) =>
  (at(snapshot.ofType('Microsoft.Network/virtualNetworks')[0], 'properties.subnets') ??
    []) as readonly Tree[];

/** Facts about the private mode, which the parameter set `production` uses. */
export const networkFacts: readonly Fact[] = [
  {
    name: 'in the private mode, Downstream API is not public',
    isTrue: ({ production }) => at(production.app('downstream').site, publicAccess) === 'Disabled',
    mutation: {
      file: main,
      from: 'downstreamSubnetId : null, publicNetwork: !privateNetwork',
      to: 'downstreamSubnetId : null, publicNetwork: true',
    },
  },
  {
    name: 'in the private mode, Original API is public',
    isTrue: ({ production }) => at(production.app('original').site, publicAccess) === 'Enabled',
    mutation: {
      file: main,
      from: 'publicNetwork: true',
      to: 'publicNetwork: false',
    },
  },
  {
    name: 'in the private mode, the tables are not public',
    isTrue: ({ production }) =>
      production
        .ofType('Microsoft.Storage/storageAccounts')
        .filter(({ name }) => name?.startsWith('stt'))
        .every(
          (store) =>
            at(store, publicAccess) === 'Disabled' &&
            at(store, 'properties.networkAcls.defaultAction') === 'Deny',
        ),
    mutation: {
      file: main,
      from: "'profiles'], publicNetwork: !privateNetwork",
      to: "'profiles'], publicNetwork: true",
    },
  },
  {
    name: 'in the private mode, the storage accounts for packages are public',
    isTrue: ({ production }) =>
      ['sto', 'std'].every((prefix) =>
        production
          .ofType('Microsoft.Storage/storageAccounts')
          .some((store) => store.name?.startsWith(prefix) && at(store, publicAccess) === 'Enabled'),
      ),
    mutation: {
      file: 'storage-account.bicep',
      from: 'param publicNetwork bool = true',
      to: 'param publicNetwork bool = false',
    },
  },
  {
    name: 'Original API connects through its own subnet',
    isTrue: ({ production }) =>
      at(production.app('original').site, 'properties.virtualNetworkSubnetId') ===
      '[<network.originalSubnetId>]',
    mutation: {
      file: main,
      from: 'network!.outputs.originalSubnetId : null',
      to: 'network!.outputs.downstreamSubnetId : null',
    },
  },
  {
    name: 'Downstream API connects through its own subnet',
    isTrue: ({ production }) =>
      at(production.app('downstream').site, 'properties.virtualNetworkSubnetId') ===
      '[<network.downstreamSubnetId>]',
    mutation: {
      file: main,
      from: 'network!.outputs.downstreamSubnetId : null',
      to: 'network!.outputs.originalSubnetId : null',
    },
  },
  {
    name: 'Downstream API and the tables have private endpoints',
    isTrue: ({ production }) =>
      same(
        production
          .ofType('Microsoft.Network/privateEndpoints')
          .map((endpoint) => at(endpoint, 'properties.privateLinkServiceConnections.0.properties')),
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
    name: 'the subnets of the APIs are delegated to Container Apps, which Flex Consumption runs on',
    isTrue: ({ production }) =>
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
    name: 'the subnets of the APIs use the NAT gateway',
    isTrue: ({ production }) =>
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
    name: 'the NAT gateway and its address have the SKU Standard',
    isTrue: ({ production }) =>
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
    name: 'the NAT gateway has one static address',
    isTrue: ({ production }) =>
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
    name: 'no subnet has the default outbound access of Azure',
    isTrue: ({ production }) =>
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
    name: 'without the private mode, there is no network',
    isTrue: ({ development }) => !development.text.includes('Microsoft.Network/'),
    mutation: {
      file: main,
      from: 'param privateNetwork bool = false',
      to: 'param privateNetwork bool = true',
    },
  },
];
