import { at } from '../snapshot.ts';
import { all, everywhere, type Fact, names, same } from './fact.ts';

const storage = 'storage-account.bicep';
const vault = 'key-vault.bicep';
const accounts = (path: string, value: unknown) =>
  all('Microsoft.Storage/storageAccounts', 3, `properties.${path}`, value);
const vaults = (path: string, value: unknown) =>
  all('Microsoft.KeyVault/vaults', 1, `properties.${path}`, value);

/** Facts about the storage accounts, the vault and the logs. */
export const storageFacts: readonly Fact[] = [
  {
    name: 'storage accepts no account key',
    isTrue: accounts('allowSharedKeyAccess', false),
    mutation: {
      file: storage,
      from: 'SharedKeyAccess: false',
      to: 'SharedKeyAccess: true',
    },
  },
  {
    name: 'storage allows no public blob',
    isTrue: accounts('allowBlobPublicAccess', false),
    mutation: {
      file: storage,
      from: 'BlobPublicAccess: false',
      to: 'BlobPublicAccess: true',
    },
  },
  {
    name: 'storage requires TLS 1.2 or newer',
    isTrue: accounts('minimumTlsVersion', 'TLS1_2'),
    mutation: {
      file: storage,
      from: "'TLS1_2'",
      to: "'TLS1_0'",
    },
  },
  {
    name: 'storage accepts HTTPS only',
    isTrue: accounts('supportsHttpsTrafficOnly', true),
    mutation: {
      file: storage,
      from: 'TrafficOnly: true',
      to: 'TrafficOnly: false',
    },
  },
  {
    name: 'storage is not replicated to another tenant',
    isTrue: accounts('allowCrossTenantReplication', false),
    mutation: {
      file: storage,
      from: 'Replication: false',
      to: 'Replication: true',
    },
  },
  {
    name: 'the portal accesses storage with identities by default',
    isTrue: accounts('defaultToOAuthAuthentication', true),
    mutation: {
      file: storage,
      from: 'OAuthAuthentication: true',
      to: 'OAuthAuthentication: false',
    },
  },
  {
    name: 'no Azure service bypasses the network rules of storage',
    isTrue: accounts('networkAcls.bypass', 'None'),
    mutation: {
      file: storage,
      from: "bypass: 'None'",
      to: "bypass: 'AzureServices'",
    },
  },
  {
    name: 'the containers for packages are private',
    isTrue: all(
      'Microsoft.Storage/storageAccounts/blobServices/containers',
      2,
      'properties.publicAccess',
      'None',
    ),
    mutation: {
      file: storage,
      from: "publicAccess: 'None'",
      to: "publicAccess: 'Blob'",
    },
  },
  {
    name: 'the deployment creates the tables documents, profiles and shares',
    isTrue: everywhere((snapshot) =>
      same(names(snapshot.ofType('Microsoft.Storage/storageAccounts/tableServices/tables')), [
        'documents',
        'profiles',
        'shares',
      ]),
    ),
    mutation: {
      file: 'main.bicep',
      from: "['documents', 'shares', 'profiles']",
      to: "['documents', 'profiles']",
    },
  },
  {
    name: 'the tables have their own storage account',
    isTrue: everywhere(
      (snapshot) =>
        new Set(snapshot.ofType('Microsoft.Storage/storageAccounts').map(({ name }) => name))
          .size === 3 &&
        snapshot
          .ofType('Microsoft.Storage/storageAccounts/tableServices/tables')
          .every(({ name }) => name?.startsWith('stt')),
    ),
    mutation: {
      file: 'main.bicep',
      from: "name: 'stt",
      to: "name: 'std",
    },
  },
  {
    name: 'the vault authorizes by roles',
    isTrue: vaults('enableRbacAuthorization', true),
    mutation: {
      file: vault,
      from: 'RbacAuthorization: true',
      to: 'RbacAuthorization: false',
    },
  },
  {
    name: 'the vault cannot be purged',
    isTrue: vaults('enablePurgeProtection', true),
    mutation: {
      file: vault,
      from: 'enablePurgeProtection: true',
      to: 'enablePurgeProtection: null',
    },
  },
  {
    name: 'the vault has soft delete',
    isTrue: vaults('enableSoftDelete', true),
    mutation: {
      file: vault,
      from: 'enableSoftDelete: true',
      to: 'enableSoftDelete: false',
    },
  },
  {
    name: 'the vault keeps deleted objects for 90 days',
    isTrue: vaults('softDeleteRetentionInDays', 90),
    mutation: {
      file: vault,
      from: 'RetentionInDays: 90',
      to: 'RetentionInDays: 7',
    },
  },
  {
    name: 'virtual machines cannot read the vault',
    isTrue: vaults('enabledForDeployment', false),
    mutation: {
      file: vault,
      from: 'enabledForDeployment: false',
      to: 'enabledForDeployment: true',
    },
  },
  {
    name: 'disk encryption cannot read the vault',
    isTrue: vaults('enabledForDiskEncryption', false),
    mutation: {
      file: vault,
      from: 'DiskEncryption: false',
      to: 'DiskEncryption: true',
    },
  },
  {
    name: 'template deployments cannot read the vault',
    isTrue: vaults('enabledForTemplateDeployment', false),
    mutation: {
      file: vault,
      from: 'TemplateDeployment: false',
      to: 'TemplateDeployment: true',
    },
  },
  {
    name: 'the vault trusts the home tenant',
    isTrue: vaults('tenantId', 'home-tenant'),
    mutation: {
      file: vault,
      from: 'tenant().tenantId',
      to: 'subscription().id',
    },
  },
  {
    name: 'the workspace has the audit log of the vault',
    isTrue: everywhere((snapshot) =>
      snapshot
        .ofType('Microsoft.Insights/diagnosticSettings')
        .some(
          (setting) =>
            setting.id?.includes('/Microsoft.KeyVault/vaults/') &&
            setting.properties.workspaceId === '[<monitoring.workspaceId>]' &&
            same(setting.properties.logs, [{ categoryGroup: 'audit', enabled: true }]),
        ),
    ),
    mutation: {
      file: vault,
      from: "categoryGroup: 'audit', enabled: true",
      to: "categoryGroup: 'audit', enabled: false",
    },
  },
  {
    name: 'Application Insights accepts identities only',
    isTrue: all('Microsoft.Insights/components', 1, 'properties.DisableLocalAuth', true),
    mutation: {
      file: 'monitoring.bicep',
      from: 'DisableLocalAuth: true',
      to: 'DisableLocalAuth: false',
    },
  },
  {
    name: 'the workspace accepts identities only',
    isTrue: all(
      'Microsoft.OperationalInsights/workspaces',
      1,
      'properties.features.disableLocalAuth',
      true,
    ),
    mutation: {
      file: 'monitoring.bicep',
      from: 'disableLocalAuth: true',
      to: 'disableLocalAuth: false',
    },
  },
  {
    name: 'Application Insights stores telemetry in the workspace',
    isTrue: everywhere((snapshot) => {
      const [insights] = snapshot.ofType('Microsoft.Insights/components');
      const [workspace] = snapshot.ofType('Microsoft.OperationalInsights/workspaces');
      return at(insights, 'properties.WorkspaceResourceId') === workspace?.id;
    }),
    mutation: {
      file: 'monitoring.bicep',
      from: 'WorkspaceResourceId: workspace.id',
      to: 'WorkspaceResourceId: null',
    },
  },
];
