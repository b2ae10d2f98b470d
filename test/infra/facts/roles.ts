import type { Snapshot } from '../snapshot.ts';
import { everywhere, type Fact, same } from './fact.ts';

const roleAssignments = 'role-assignments.bicep';

/**
 * The role for each resource, by the name of its module. The ids are those of Microsoft's built-in
 * roles: https://learn.microsoft.com/azure/role-based-access-control/built-in-roles
 */
const expectedRoles: Readonly<Record<string, string>> = {
  originalStorage: 'b7e6dc6d-f1e8-4753-8033-0f276bb0955b',
  downstreamStorage: 'b7e6dc6d-f1e8-4753-8033-0f276bb0955b',
  tableStore: '0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3',
  vault: '4633458b-17de-408a-b874-0445c86b69e6',
  monitoring: '3913510d-42f4-4e42-8a64-420c390055eb',
};

/** Returns the modules of the identities that have a role on the resource of a module. */
const identitiesWithRole = (snapshot: Snapshot, on: string) =>
  snapshot
    .roleAssignments()
    .filter((assignment) => assignment.on === on)
    .map((assignment) => assignment.of)
    .sort();

/** The part of a role assignment's Bicep source that names the API and the role. */
const assignment = (api: 'original' | 'downstream', role: string) =>
  [
    `principalId: ${api}.principalId`,
    "principalType: 'ServicePrincipal'",
    `description: ${role}.why`,
  ].join(', ');

/** Facts about the role assignments. */
export const roleFacts: readonly Fact[] = [
  {
    name: 'only Original API has a role on the vault',
    isTrue: ({ development, production }) =>
      [development, production].every((snapshot) =>
        same(identitiesWithRole(snapshot, 'vault'), ['originalIdentity']),
      ),
    mutation: {
      file: roleAssignments,
      from: assignment('original', 'keyVaultSecretsUser'),
      to: assignment('downstream', 'keyVaultSecretsUser'),
    },
  },
  {
    name: 'in the secretless mode, no identity has a role on the vault',
    isTrue: ({ unregistered }) => same(identitiesWithRole(unregistered, 'vault'), []),
    mutation: {
      file: roleAssignments,
      from: '= if (readsVault) {',
      to: '= if (readsVault || !empty(vaultName)) {',
    },
  },
  {
    name: 'only Downstream API has a role on the table store',
    isTrue: everywhere((snapshot) =>
      same(identitiesWithRole(snapshot, 'tableStore'), ['downstreamIdentity']),
    ),
    mutation: {
      file: roleAssignments,
      from: assignment('downstream', 'tableDataContributor'),
      to: assignment('original', 'tableDataContributor'),
    },
  },
  {
    name: 'each API has a role on its own host storage only',
    isTrue: everywhere(
      (snapshot) =>
        same(identitiesWithRole(snapshot, 'originalStorage'), ['originalIdentity']) &&
        same(identitiesWithRole(snapshot, 'downstreamStorage'), ['downstreamIdentity']),
    ),
    mutation: {
      file: roleAssignments,
      from: assignment('downstream', 'blobDataOwner'),
      to: assignment('original', 'blobDataOwner'),
    },
  },
  {
    name: 'both APIs have a role on Application Insights',
    isTrue: everywhere((snapshot) =>
      same(identitiesWithRole(snapshot, 'monitoring'), ['downstreamIdentity', 'originalIdentity']),
    ),
    mutation: {
      file: roleAssignments,
      after: 'resource downstreamSendsTelemetry',
      from: '= {',
      to: '= if (!readsVault) {',
    },
  },
  {
    name: 'every role is the one with the fewest permissions for its resource',
    isTrue: everywhere((snapshot) =>
      snapshot.roleAssignments().every(({ on, role }) => expectedRoles[on] === role),
    ),
    mutation: {
      file: 'roles.bicep',
      from: "'4633458b-17de-408a-b874-0445c86b69e6'",
      to: "'00482a5a-887f-4fb3-b363-3b7fe8e74483'",
    },
  },
  {
    name: 'every role is assigned on one resource, not on the group or the subscription',
    isTrue: everywhere((snapshot) =>
      snapshot
        .roleAssignments()
        .every(({ resource }) => resource.id?.includes('extensionResourceId(')),
    ),
    mutation: {
      file: roleAssignments,
      from: 'scope: tableStore',
      to: '',
    },
  },
  {
    name: 'every role assignment states the principal type, which a new identity requires',
    isTrue: everywhere((snapshot) =>
      snapshot
        .roleAssignments()
        .every(({ resource }) => resource.properties.principalType === 'ServicePrincipal'),
    ),
    mutation: {
      file: roleAssignments,
      from: "principalType: 'ServicePrincipal', description: tableDataContributor.why",
      to: 'description: tableDataContributor.why',
    },
  },
  {
    name: 'the name of a role assignment is derived from resource, identity and role',
    isTrue: everywhere((snapshot) =>
      snapshot
        .roleAssignments()
        .every(({ on, role, resource }) =>
          new RegExp(`^\\[guid\\(.*<${on}\\.\\w+>\\), <\\w+Identity\\.id>, '${role}'\\)\\]$`).test(
            resource.name ?? '',
          ),
        ),
    ),
    mutation: {
      file: roleAssignments,
      from: 'guid(tableStore.id, downstream.id, tableDataContributor.id)',
      to: 'guid(tableStore.id, tableDataContributor.id)',
    },
  },
  {
    name: 'every role assignment has a description',
    isTrue: everywhere((snapshot) =>
      snapshot
        .roleAssignments()
        .every(({ resource }) => String(resource.properties.description ?? '').length > 20),
    ),
    mutation: {
      file: roleAssignments,
      from: 'description: tableDataContributor.why',
      to: '',
    },
  },
];
