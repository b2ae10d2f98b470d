import { at } from '../snapshot.ts';
import { all, bothApps, everywhere, type Fact, same } from './fact.ts';

const app = 'function-app.bicep';
const main = 'main.bicep';
const policies = 'Microsoft.Web/sites/basicPublishingCredentialsPolicies';

/** Both Function Apps have the value at the path below `properties`. */
export const bothHave = (path: string, value: unknown) =>
  bothApps(({ site }) => same(at(site, `properties.${path}`), value));

/** Both Function Apps reject passwords of a publishing protocol, `ftp` or `scm`. */
const rejectsPasswords = (name: string) =>
  everywhere((snapshot) => {
    const found = snapshot.ofType(policies).filter((policy) => policy.name?.endsWith(`/${name}`));
    return found.length === 2 && found.every((policy) => policy.properties.allow === false);
  });

/** Facts about the Function Apps. */
export const appFacts: readonly Fact[] = [
  {
    name: 'each API has its own plan',
    isTrue: bothApps(({ site }, api) =>
      String(site.properties.serverFarmId).includes(`/plan-${api}-`),
    ),
    mutation: {
      file: main,
      from: "'plan-downstream-",
      to: "'plan-original-",
    },
  },
  {
    name: 'the plans are Flex Consumption plans',
    isTrue: all('Microsoft.Web/serverfarms', 2, 'sku.name', 'FC1'),
    mutation: {
      file: app,
      from: "name: 'FC1'",
      to: "name: 'EP1'",
    },
  },
  {
    name: 'the plans run Linux',
    isTrue: all('Microsoft.Web/serverfarms', 2, 'properties.reserved', true),
    mutation: {
      file: app,
      from: 'reserved: true',
      to: 'reserved: false',
    },
  },
  {
    name: 'the APIs are Function Apps on Linux',
    isTrue: bothApps(({ site }) => at(site, 'kind') === 'functionapp,linux'),
    mutation: {
      file: app,
      from: "kind: 'functionapp,linux'",
      to: '',
    },
  },
  {
    name: 'the package of each API is in a blob container',
    isTrue: bothHave('functionAppConfig.deployment.storage.type', 'blobContainer'),
    mutation: {
      file: app,
      from: "type: 'blobContainer'",
      to: '',
    },
  },
  {
    name: 'the APIs accept HTTPS only',
    isTrue: bothHave('httpsOnly', true),
    mutation: {
      file: app,
      from: 'httpsOnly: true',
      to: 'httpsOnly: false',
    },
  },
  {
    name: 'the APIs require TLS 1.2 or newer',
    isTrue: bothHave('siteConfig.minTlsVersion', '1.2'),
    mutation: {
      file: app,
      from: "minTlsVersion: '1.2'",
      to: "minTlsVersion: '1.0'",
    },
  },
  {
    name: 'the deployment sites of the APIs require TLS 1.2 or newer',
    isTrue: bothHave('siteConfig.scmMinTlsVersion', '1.2'),
    mutation: {
      file: app,
      from: "scmMinTlsVersion: '1.2'",
      to: "scmMinTlsVersion: '1.1'",
    },
  },
  {
    name: 'FTP is disabled',
    isTrue: bothHave('siteConfig.ftpsState', 'Disabled'),
    mutation: {
      file: app,
      from: "ftpsState: 'Disabled'",
      to: "ftpsState: 'FtpsOnly'",
    },
  },
  {
    name: 'HTTP/2 is enabled',
    isTrue: bothHave('siteConfig.http20Enabled', true),
    mutation: {
      file: app,
      from: 'http20Enabled: true',
      to: 'http20Enabled: false',
    },
  },
  {
    name: 'remote debugging is disabled',
    isTrue: bothHave('siteConfig.remoteDebuggingEnabled', false),
    mutation: {
      file: app,
      from: 'DebuggingEnabled: false',
      to: 'DebuggingEnabled: true',
    },
  },
  {
    name: 'publishing with an FTP password is disabled',
    isTrue: rejectsPasswords('ftp'),
    mutation: {
      file: app,
      from: "name: 'ftp', properties: { allow: false }",
      to: "name: 'ftp', properties: { allow: true }",
    },
  },
  {
    name: 'publishing with an SCM password is disabled',
    isTrue: rejectsPasswords('scm'),
    mutation: {
      file: app,
      from: "name: 'scm', properties: { allow: false }",
      to: "name: 'scm', properties: { allow: true }",
    },
  },
  {
    name: 'the platform allows no CORS origin',
    isTrue: bothHave('siteConfig.cors.allowedOrigins', []),
    mutation: {
      file: app,
      from: 'allowedOrigins: []',
      to: "allowedOrigins: ['*']",
    },
  },
  {
    name: 'the platform allows no CORS request with credentials',
    isTrue: bothHave('siteConfig.cors.supportCredentials', false),
    mutation: {
      file: app,
      from: 'supportCredentials: false',
      to: 'supportCredentials: true',
    },
  },
  {
    name: 'the APIs run on Node 24',
    isTrue: bothHave('functionAppConfig.runtime', { name: 'node', version: '24' }),
    mutation: {
      file: app,
      from: "version: '24'",
      to: "version: '20'",
    },
  },
  {
    name: 'each API has one identity: its own user-assigned identity',
    isTrue: bothApps(
      ({ site }, api) =>
        site.identity?.type === 'UserAssigned' &&
        same(Object.keys(site.identity.userAssignedIdentities ?? {}), [
          `[format('{0}', <${api}Identity.id>)]`,
        ]),
    ),
    mutation: {
      file: app,
      from: "type: 'UserAssigned'",
      to: "type: 'SystemAssigned, UserAssigned'",
    },
  },
  {
    name: 'each API reads its package with its identity, not with a key',
    isTrue: bothApps(({ site }, api) =>
      same(at(site, 'properties.functionAppConfig.deployment.storage.authentication'), {
        type: 'UserAssignedIdentity',
        userAssignedIdentityResourceId: `[<${api}Identity.id>]`,
      }),
    ),
    mutation: {
      file: app,
      from: [
        "authentication: { type: 'UserAssignedIdentity',",
        'userAssignedIdentityResourceId: identity.id }',
      ].join(' '),
      to: [
        "authentication: { type: 'StorageAccountConnectionString',",
        "storageAccountConnectionStringName: 'DEPLOYMENT' }",
      ].join(' '),
    },
  },
  {
    name: 'the package of each API is in its own storage account',
    isTrue: bothApps(
      ({ site }, api) =>
        at(site, 'properties.functionAppConfig.deployment.storage.value') ===
        `[format('{0}{1}', <${api}Storage.blobEndpoint>, 'packages')]`,
    ),
    mutation: {
      file: main,
      from: 'storageBlobEndpoint: downstreamStorage.outputs.blobEndpoint',
      to: 'storageBlobEndpoint: originalStorage.outputs.blobEndpoint',
    },
  },
  {
    name: 'each API has the tag by which azd finds its service',
    isTrue: bothApps(({ site }, api) => site.tags?.['azd-service-name'] === `${api}-api`),
    mutation: {
      file: main,
      from: "service: 'downstream-api'",
      to: "service: 'downstream'",
    },
  },
];
