import { at } from '../snapshot.ts';
import { all, bothApps, everywhere, type Fact, same } from './fact.ts';

const app = 'function-app.bicep';
const main = 'main.bicep';
const policies = 'Microsoft.Web/sites/basicPublishingCredentialsPolicies';

export const bothHave = (path: string, value: unknown) =>
  bothApps(({ site }) => same(at(site, `properties.${path}`), value));

const refusesPasswords = (name: string) =>
  everywhere((snapshot) => {
    const found = snapshot.ofType(policies).filter((policy) => policy.name?.endsWith(`/${name}`));
    return found.length === 2 && found.every((policy) => policy.properties.allow === false);
  });

/** The Function Apps. */
export const appFacts: readonly Fact[] = [
  {
    name: 'each API has a plan of its own',
    holds: bothApps(({ site }, api) =>
      String(site.properties.serverFarmId).includes(`/plan-${api}-`),
    ),
    mutation: {
      file: main,
      from: "'plan-downstream-",
      to: "'plan-original-",
    },
  },
  {
    name: 'the plans are Flex Consumption',
    holds: all('Microsoft.Web/serverfarms', 2, 'sku.name', 'FC1'),
    mutation: {
      file: app,
      from: "name: 'FC1'",
      to: "name: 'EP1'",
    },
  },
  {
    name: 'the plans are Linux',
    holds: all('Microsoft.Web/serverfarms', 2, 'properties.reserved', true),
    mutation: {
      file: app,
      from: 'reserved: true',
      to: 'reserved: false',
    },
  },
  {
    name: 'the APIs are Function Apps on Linux',
    holds: bothApps(({ site }) => at(site, 'kind') === 'functionapp,linux'),
    mutation: {
      file: app,
      from: "kind: 'functionapp,linux'",
      to: '',
    },
  },
  {
    name: 'the package is looked for in a blob container',
    holds: bothHave('functionAppConfig.deployment.storage.type', 'blobContainer'),
    mutation: {
      file: app,
      from: "type: 'blobContainer'",
      to: '',
    },
  },
  {
    name: 'the APIs answer on https alone',
    holds: bothHave('httpsOnly', true),
    mutation: {
      file: app,
      from: 'httpsOnly: true',
      to: 'httpsOnly: false',
    },
  },
  {
    name: 'the APIs take TLS 1.2 at least',
    holds: bothHave('siteConfig.minTlsVersion', '1.2'),
    mutation: {
      file: app,
      from: "minTlsVersion: '1.2'",
      to: "minTlsVersion: '1.0'",
    },
  },
  {
    name: 'their deployment sites take TLS 1.2 at least',
    holds: bothHave('siteConfig.scmMinTlsVersion', '1.2'),
    mutation: {
      file: app,
      from: "scmMinTlsVersion: '1.2'",
      to: "scmMinTlsVersion: '1.1'",
    },
  },
  {
    name: 'FTP is off',
    holds: bothHave('siteConfig.ftpsState', 'Disabled'),
    mutation: {
      file: app,
      from: "ftpsState: 'Disabled'",
      to: "ftpsState: 'FtpsOnly'",
    },
  },
  {
    name: 'HTTP/2 is on',
    holds: bothHave('siteConfig.http20Enabled', true),
    mutation: {
      file: app,
      from: 'http20Enabled: true',
      to: 'http20Enabled: false',
    },
  },
  {
    name: 'remote debugging is off',
    holds: bothHave('siteConfig.remoteDebuggingEnabled', false),
    mutation: {
      file: app,
      from: 'DebuggingEnabled: false',
      to: 'DebuggingEnabled: true',
    },
  },
  {
    name: 'no FTP password publishes',
    holds: refusesPasswords('ftp'),
    mutation: {
      file: app,
      from: "name: 'ftp', properties: { allow: false }",
      to: "name: 'ftp', properties: { allow: true }",
    },
  },
  {
    name: 'no SCM password publishes',
    holds: refusesPasswords('scm'),
    mutation: {
      file: app,
      from: "name: 'scm', properties: { allow: false }",
      to: "name: 'scm', properties: { allow: true }",
    },
  },
  {
    name: 'the platform answers no CORS',
    holds: bothHave('siteConfig.cors.allowedOrigins', []),
    mutation: {
      file: app,
      from: 'allowedOrigins: []',
      to: "allowedOrigins: ['*']",
    },
  },
  {
    name: 'the platform lets no other origin send credentials',
    holds: bothHave('siteConfig.cors.supportCredentials', false),
    mutation: {
      file: app,
      from: 'supportCredentials: false',
      to: 'supportCredentials: true',
    },
  },
  {
    name: 'the APIs run on Node 24',
    holds: bothHave('functionAppConfig.runtime', { name: 'node', version: '24' }),
    mutation: {
      file: app,
      from: "version: '24'",
      to: "version: '20'",
    },
  },
  {
    name: 'an API has one identity, its own, which it names by user-assigned id',
    holds: bothApps(
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
    name: 'the package is fetched by the app’s identity, not by a key',
    holds: bothApps(({ site }, api) =>
      same(at(site, 'properties.functionAppConfig.deployment.storage.authentication'), {
        type: 'UserAssignedIdentity',
        userAssignedIdentityResourceId: `[<${api}Identity.id>]`,
      }),
    ),
    mutation: {
      file: app,
      from: "authentication: { type: 'UserAssignedIdentity', userAssignedIdentityResourceId: identity.id }",
      to: "authentication: { type: 'StorageAccountConnectionString', storageAccountConnectionStringName: 'DEPLOYMENT' }",
    },
  },
  {
    name: 'the package lies in the app’s own storage account',
    holds: bothApps(
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
    name: 'azd finds each API by its service’s name',
    holds: bothApps(({ site }, api) => site.tags?.['azd-service-name'] === `${api}-api`),
    mutation: {
      file: main,
      from: "service: 'downstream-api'",
      to: "service: 'downstream'",
    },
  },
];
