import { at } from '../snapshot.ts';
import { all, everywhere, type Fact, fact, names, same } from './fact.ts';

const storage = 'storage-account.bicep';
const vault = 'key-vault.bicep';
const accounts = (path: string, value: unknown) =>
  all('Microsoft.Storage/storageAccounts', 3, `properties.${path}`, value);
const vaults = (path: string, value: unknown) =>
  all('Microsoft.KeyVault/vaults', 1, `properties.${path}`, value);

/** Storage accounts, the vault, and where logs go. */
export const storageFacts: readonly Fact[] = [
  fact(
    'storage takes no account key',
    accounts('allowSharedKeyAccess', false),
    storage,
    'SharedKeyAccess: false',
    'SharedKeyAccess: true',
  ),
  fact(
    'no blob can be made public',
    accounts('allowBlobPublicAccess', false),
    storage,
    'BlobPublicAccess: false',
    'BlobPublicAccess: true',
  ),
  fact(
    'storage takes TLS 1.2 at least',
    accounts('minimumTlsVersion', 'TLS1_2'),
    storage,
    "'TLS1_2'",
    "'TLS1_0'",
  ),
  fact(
    'storage answers on https alone',
    accounts('supportsHttpsTrafficOnly', true),
    storage,
    'TrafficOnly: true',
    'TrafficOnly: false',
  ),
  fact(
    'nothing is copied to another tenant',
    accounts('allowCrossTenantReplication', false),
    storage,
    'Replication: false',
    'Replication: true',
  ),
  fact(
    'the portal uses identities, not keys',
    accounts('defaultToOAuthAuthentication', true),
    storage,
    'OAuthAuthentication: true',
    'OAuthAuthentication: false',
  ),
  fact(
    'no service of Azure’s goes around the storage’s network rules',
    accounts('networkAcls.bypass', 'None'),
    storage,
    "bypass: 'None'",
    "bypass: 'AzureServices'",
  ),
  fact(
    'packages lie in private containers',
    all(
      'Microsoft.Storage/storageAccounts/blobServices/containers',
      2,
      'properties.publicAccess',
      'None',
    ),
    storage,
    "publicAccess: 'None'",
    "publicAccess: 'Blob'",
  ),
  fact(
    'the tables documents, profiles and shares exist before the first request',
    everywhere((snapshot) =>
      same(names(snapshot.ofType('Microsoft.Storage/storageAccounts/tableServices/tables')), [
        'documents',
        'profiles',
        'shares',
      ]),
    ),
    'main.bicep',
    "['documents', 'shares', 'profiles']",
    "['documents', 'profiles']",
  ),
  fact(
    'documents lie apart from both hosts’ storage',
    everywhere(
      (snapshot) =>
        new Set(snapshot.ofType('Microsoft.Storage/storageAccounts').map(({ name }) => name))
          .size === 3 &&
        snapshot
          .ofType('Microsoft.Storage/storageAccounts/tableServices/tables')
          .every(({ name }) => name?.startsWith('stt')),
    ),
    'main.bicep',
    "name: 'stt",
    "name: 'std",
  ),
  fact(
    'the vault decides by roles',
    vaults('enableRbacAuthorization', true),
    vault,
    'RbacAuthorization: true',
    'RbacAuthorization: false',
  ),
  fact(
    'the vault cannot be purged',
    vaults('enablePurgeProtection', true),
    vault,
    'enablePurgeProtection: true',
    'enablePurgeProtection: null',
  ),
  fact(
    'the vault keeps what was deleted',
    vaults('enableSoftDelete', true),
    vault,
    'enableSoftDelete: true',
    'enableSoftDelete: false',
  ),
  fact(
    'for 90 days',
    vaults('softDeleteRetentionInDays', 90),
    vault,
    'RetentionInDays: 90',
    'RetentionInDays: 7',
  ),
  fact(
    'virtual machines get nothing from the vault',
    vaults('enabledForDeployment', false),
    vault,
    'enabledForDeployment: false',
    'enabledForDeployment: true',
  ),
  fact(
    'disk encryption gets nothing from the vault',
    vaults('enabledForDiskEncryption', false),
    vault,
    'DiskEncryption: false',
    'DiskEncryption: true',
  ),
  fact(
    'templates get nothing from the vault',
    vaults('enabledForTemplateDeployment', false),
    vault,
    'TemplateDeployment: false',
    'TemplateDeployment: true',
  ),
  fact(
    'the vault believes the home tenant',
    vaults('tenantId', 'home-tenant'),
    vault,
    'tenant().tenantId',
    'subscription().id',
  ),
  fact(
    'who reads the vault is audited in the workspace',
    everywhere((snapshot) =>
      snapshot
        .ofType('Microsoft.Insights/diagnosticSettings')
        .some(
          (setting) =>
            setting.id?.includes('/Microsoft.KeyVault/vaults/') &&
            setting.properties.workspaceId === '[<monitoring.workspaceId>]' &&
            same(setting.properties.logs, [{ categoryGroup: 'audit', enabled: true }]),
        ),
    ),
    vault,
    "categoryGroup: 'audit', enabled: true",
    "categoryGroup: 'audit', enabled: false",
  ),
  fact(
    'telemetry is taken from identities alone',
    all('Microsoft.Insights/components', 1, 'properties.DisableLocalAuth', true),
    'monitoring.bicep',
    'DisableLocalAuth: true',
    'DisableLocalAuth: false',
  ),
  fact(
    'the workspace is read by identities alone',
    all(
      'Microsoft.OperationalInsights/workspaces',
      1,
      'properties.features.disableLocalAuth',
      true,
    ),
    'monitoring.bicep',
    'disableLocalAuth: true',
    'disableLocalAuth: false',
  ),
  fact(
    'telemetry lies in the workspace',
    everywhere((snapshot) => {
      const [insights] = snapshot.ofType('Microsoft.Insights/components');
      const [workspace] = snapshot.ofType('Microsoft.OperationalInsights/workspaces');
      return at(insights, 'properties.WorkspaceResourceId') === workspace?.id;
    }),
    'monitoring.bicep',
    'WorkspaceResourceId: workspace.id',
    'WorkspaceResourceId: null',
  ),
];
