import type { Snapshot } from '../snapshot.ts';
import { everywhere, type Fact, fact, same } from './fact.ts';

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
  fact(
    'Original alone reads the vault, and Downstream can read no secret',
    ({ development, production }) =>
      [development, production].every((snapshot) =>
        same(holders(snapshot, 'vault'), ['originalIdentity']),
      ),
    file,
    "principalId: original.principalId\n    principalType: 'ServicePrincipal'\n    description: keyVaultSecretsUser.why",
    "principalId: downstream.principalId\n    principalType: 'ServicePrincipal'\n    description: keyVaultSecretsUser.why",
  ),
  fact(
    'secretless, nobody has a role on the vault',
    ({ unregistered }) => same(holders(unregistered, 'vault'), []),
    file,
    ' = if (readsVault) {',
    ' = if (readsVault || !empty(vaultName)) {',
  ),
  fact(
    'Downstream alone touches tables, and Original can touch none',
    everywhere((snapshot) => same(holders(snapshot, 'tableStore'), ['downstreamIdentity'])),
    file,
    "principalId: downstream.principalId\n    principalType: 'ServicePrincipal'\n    description: tableDataContributor.why",
    "principalId: original.principalId\n    principalType: 'ServicePrincipal'\n    description: tableDataContributor.why",
  ),
  fact(
    'each app has its own host storage and not the other’s',
    everywhere(
      (snapshot) =>
        same(holders(snapshot, 'originalStorage'), ['originalIdentity']) &&
        same(holders(snapshot, 'downstreamStorage'), ['downstreamIdentity']),
    ),
    file,
    "principalId: downstream.principalId\n    principalType: 'ServicePrincipal'\n    description: blobDataOwner.why",
    "principalId: original.principalId\n    principalType: 'ServicePrincipal'\n    description: blobDataOwner.why",
  ),
  fact(
    'both send telemetry',
    everywhere((snapshot) =>
      same(holders(snapshot, 'monitoring'), ['downstreamIdentity', 'originalIdentity']),
    ),
    file,
    "resource downstreamSendsTelemetry 'Microsoft.Authorization/roleAssignments@2022-04-01' = {",
    "resource downstreamSendsTelemetry 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (!readsVault) {",
  ),
  fact(
    'every role is the least one for what it is on',
    everywhere((snapshot) =>
      snapshot.roleAssignments().every(({ on, role }) => fitting[on] === role),
    ),
    'roles.bicep',
    "'4633458b-17de-408a-b874-0445c86b69e6'",
    "'00482a5a-887f-4fb3-b363-3b7fe8e74483'",
  ),
  fact(
    'every role is on one resource, never on the group or the subscription',
    everywhere((snapshot) =>
      snapshot
        .roleAssignments()
        .every(({ resource }) => resource.id?.includes('extensionResourceId(')),
    ),
    file,
    '  scope: tableStore\n',
    '',
  ),
  fact(
    'every role says whose kind it is for, so that a new identity is found',
    everywhere((snapshot) =>
      snapshot
        .roleAssignments()
        .every(({ resource }) => resource.properties.principalType === 'ServicePrincipal'),
    ),
    file,
    "    principalType: 'ServicePrincipal'\n    description: tableDataContributor.why",
    '    description: tableDataContributor.why',
  ),
  fact(
    'every role’s name comes from where, whom and what, so that a second deployment changes nothing',
    everywhere((snapshot) =>
      snapshot
        .roleAssignments()
        .every(({ on, role, resource }) =>
          new RegExp(`^\\[guid\\(.*<${on}\\.\\w+>\\), <\\w+Identity\\.id>, '${role}'\\)\\]$`).test(
            resource.name ?? '',
          ),
        ),
    ),
    file,
    'guid(tableStore.id, downstream.id, tableDataContributor.id)',
    'guid(tableStore.id, tableDataContributor.id)',
  ),
  fact(
    'every role says why',
    everywhere((snapshot) =>
      snapshot
        .roleAssignments()
        .every(({ resource }) => String(resource.properties.description ?? '').length > 20),
    ),
    file,
    '    description: tableDataContributor.why\n',
    '',
  ),
];
