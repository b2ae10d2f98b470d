import type { Snapshot } from '../snapshot.ts';
import { everywhere, type Fact, same } from './fact.ts';

const file = 'role-assignments.bicep';

/** Microsoft's built-in roles (https://learn.microsoft.com/azure/role-based-access-control/built-in-roles), by what they are given on. */
const fitting: Readonly<Record<string, string>> = {
  originalStorage: 'b7e6dc6d-f1e8-4753-8033-0f276bb0955b',
  downstreamStorage: 'b7e6dc6d-f1e8-4753-8033-0f276bb0955b',
  tableStore: '0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3',
  vault: '4633458b-17de-408a-b874-0445c86b69e6',
  monitoring: '3913510d-42f4-4e42-8a64-420c390055eb',
};

const holders = (snapshot: Snapshot, on: string) =>
  snapshot
    .roleAssignments()
    .filter((assignment) => assignment.on === on)
    .map((assignment) => assignment.of)
    .sort();

/** Who may do what. */
export const roleFacts: readonly Fact[] = [
  {
    name: 'Original alone reads the vault, and Downstream can read no secret',
    holds: ({ development, production }) =>
      [development, production].every((snapshot) =>
        same(holders(snapshot, 'vault'), ['originalIdentity']),
      ),
    mutation: {
      file: file,
      from: "principalId: original.principalId, principalType: 'ServicePrincipal', description: keyVaultSecretsUser.why",
      to: "principalId: downstream.principalId, principalType: 'ServicePrincipal', description: keyVaultSecretsUser.why",
    },
  },
  {
    name: 'secretless, nobody has a role on the vault',
    holds: ({ unregistered }) => same(holders(unregistered, 'vault'), []),
    mutation: {
      file: file,
      from: '= if (readsVault) {',
      to: '= if (readsVault || !empty(vaultName)) {',
    },
  },
  {
    name: 'Downstream alone touches tables, and Original can touch none',
    holds: everywhere((snapshot) => same(holders(snapshot, 'tableStore'), ['downstreamIdentity'])),
    mutation: {
      file: file,
      from: "principalId: downstream.principalId, principalType: 'ServicePrincipal', description: tableDataContributor.why",
      to: "principalId: original.principalId, principalType: 'ServicePrincipal', description: tableDataContributor.why",
    },
  },
  {
    name: 'each app has its own host storage and not the other’s',
    holds: everywhere(
      (snapshot) =>
        same(holders(snapshot, 'originalStorage'), ['originalIdentity']) &&
        same(holders(snapshot, 'downstreamStorage'), ['downstreamIdentity']),
    ),
    mutation: {
      file: file,
      from: "principalId: downstream.principalId, principalType: 'ServicePrincipal', description: blobDataOwner.why",
      to: "principalId: original.principalId, principalType: 'ServicePrincipal', description: blobDataOwner.why",
    },
  },
  {
    name: 'both send telemetry',
    holds: everywhere((snapshot) =>
      same(holders(snapshot, 'monitoring'), ['downstreamIdentity', 'originalIdentity']),
    ),
    mutation: {
      file: file,
      from: "resource downstreamSendsTelemetry 'Microsoft.Authorization/roleAssignments@2022-04-01' = {",
      to: "resource downstreamSendsTelemetry 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (!readsVault) {",
    },
  },
  {
    name: 'every role is the least one for what it is on',
    holds: everywhere((snapshot) =>
      snapshot.roleAssignments().every(({ on, role }) => fitting[on] === role),
    ),
    mutation: {
      file: 'roles.bicep',
      from: "'4633458b-17de-408a-b874-0445c86b69e6'",
      to: "'00482a5a-887f-4fb3-b363-3b7fe8e74483'",
    },
  },
  {
    name: 'every role is on one resource, never on the group or the subscription',
    holds: everywhere((snapshot) =>
      snapshot
        .roleAssignments()
        .every(({ resource }) => resource.id?.includes('extensionResourceId(')),
    ),
    mutation: {
      file: file,
      from: 'scope: tableStore',
      to: '',
    },
  },
  {
    name: 'every role says whose kind it is for, so that a new identity is found',
    holds: everywhere((snapshot) =>
      snapshot
        .roleAssignments()
        .every(({ resource }) => resource.properties.principalType === 'ServicePrincipal'),
    ),
    mutation: {
      file: file,
      from: "principalType: 'ServicePrincipal', description: tableDataContributor.why",
      to: 'description: tableDataContributor.why',
    },
  },
  {
    name: 'every role’s name comes from where, whom and what, so that a second deployment changes nothing',
    holds: everywhere((snapshot) =>
      snapshot
        .roleAssignments()
        .every(({ on, role, resource }) =>
          new RegExp(`^\\[guid\\(.*<${on}\\.\\w+>\\), <\\w+Identity\\.id>, '${role}'\\)\\]$`).test(
            resource.name ?? '',
          ),
        ),
    ),
    mutation: {
      file: file,
      from: 'guid(tableStore.id, downstream.id, tableDataContributor.id)',
      to: 'guid(tableStore.id, tableDataContributor.id)',
    },
  },
  {
    name: 'every role says why',
    holds: everywhere((snapshot) =>
      snapshot
        .roleAssignments()
        .every(({ resource }) => String(resource.properties.description ?? '').length > 20),
    ),
    mutation: {
      file: file,
      from: 'description: tableDataContributor.why',
      to: '',
    },
  },
];
