import { at } from '../snapshot.ts';
import { all, bothApps, everywhere, type Fact, fact, same } from './fact.ts';

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
  fact(
    'each API has a plan of its own',
    bothApps(({ site }, api) => String(site.properties.serverFarmId).includes(`/plan-${api}-`)),
    main,
    "'plan-downstream-",
    "'plan-original-",
  ),
  fact(
    'the plans are Flex Consumption',
    all('Microsoft.Web/serverfarms', 2, 'sku.name', 'FC1'),
    app,
    "name: 'FC1'",
    "name: 'EP1'",
  ),
  fact(
    'the plans are Linux',
    all('Microsoft.Web/serverfarms', 2, 'properties.reserved', true),
    app,
    'reserved: true',
    'reserved: false',
  ),
  fact(
    'the APIs are Function Apps on Linux',
    bothApps(({ site }) => at(site, 'kind') === 'functionapp,linux'),
    app,
    "  kind: 'functionapp,linux'\n",
    '',
  ),
  fact(
    'the package is looked for in a blob container',
    bothHave('functionAppConfig.deployment.storage.type', 'blobContainer'),
    app,
    "          type: 'blobContainer'\n",
    '',
  ),
  fact(
    'the APIs answer on https alone',
    bothHave('httpsOnly', true),
    app,
    'httpsOnly: true',
    'httpsOnly: false',
  ),
  fact(
    'the APIs take TLS 1.2 at least',
    bothHave('siteConfig.minTlsVersion', '1.2'),
    app,
    "\n      minTlsVersion: '1.2'",
    "\n      minTlsVersion: '1.0'",
  ),
  fact(
    'their deployment sites take TLS 1.2 at least',
    bothHave('siteConfig.scmMinTlsVersion', '1.2'),
    app,
    "scmMinTlsVersion: '1.2'",
    "scmMinTlsVersion: '1.1'",
  ),
  fact(
    'FTP is off',
    bothHave('siteConfig.ftpsState', 'Disabled'),
    app,
    "ftpsState: 'Disabled'",
    "ftpsState: 'FtpsOnly'",
  ),
  fact(
    'HTTP/2 is on',
    bothHave('siteConfig.http20Enabled', true),
    app,
    'http20Enabled: true',
    'http20Enabled: false',
  ),
  fact(
    'remote debugging is off',
    bothHave('siteConfig.remoteDebuggingEnabled', false),
    app,
    'DebuggingEnabled: false',
    'DebuggingEnabled: true',
  ),
  fact(
    'no FTP password publishes',
    refusesPasswords('ftp'),
    app,
    "name: 'ftp'\n    properties: { allow: false }",
    "name: 'ftp'\n    properties: { allow: true }",
  ),
  fact(
    'no SCM password publishes',
    refusesPasswords('scm'),
    app,
    "name: 'scm'\n    properties: { allow: false }",
    "name: 'scm'\n    properties: { allow: true }",
  ),
  fact(
    'the platform answers no CORS',
    bothHave('siteConfig.cors.allowedOrigins', []),
    app,
    'allowedOrigins: []',
    "allowedOrigins: ['*']",
  ),
  fact(
    'the platform lets no other origin send credentials',
    bothHave('siteConfig.cors.supportCredentials', false),
    app,
    'supportCredentials: false',
    'supportCredentials: true',
  ),
  fact(
    'the APIs run on Node 24',
    bothHave('functionAppConfig.runtime', { name: 'node', version: '24' }),
    app,
    "version: '24'",
    "version: '20'",
  ),
  fact(
    'an API has one identity, its own, which it names by user-assigned id',
    bothApps(
      ({ site }, api) =>
        site.identity?.type === 'UserAssigned' &&
        same(Object.keys(site.identity.userAssignedIdentities ?? {}), [
          `[format('{0}', <${api}Identity.id>)]`,
        ]),
    ),
    app,
    "type: 'UserAssigned'\n",
    "type: 'SystemAssigned, UserAssigned'\n",
  ),
  fact(
    'the package is fetched by the app’s identity, not by a key',
    bothApps(({ site }, api) =>
      same(at(site, 'properties.functionAppConfig.deployment.storage.authentication'), {
        type: 'UserAssignedIdentity',
        userAssignedIdentityResourceId: `[<${api}Identity.id>]`,
      }),
    ),
    app,
    "authentication: { type: 'UserAssignedIdentity', userAssignedIdentityResourceId: identity.id }",
    "authentication: { type: 'StorageAccountConnectionString', storageAccountConnectionStringName: 'DEPLOYMENT' }",
  ),
  fact(
    'the package lies in the app’s own storage account',
    bothApps(
      ({ site }, api) =>
        at(site, 'properties.functionAppConfig.deployment.storage.value') ===
        `[format('{0}{1}', <${api}Storage.blobEndpoint>, 'packages')]`,
    ),
    main,
    'storageBlobEndpoint: downstreamStorage.outputs.blobEndpoint',
    'storageBlobEndpoint: originalStorage.outputs.blobEndpoint',
  ),
  fact(
    'azd finds each API by its service’s name',
    bothApps(({ site }, api) => site.tags?.['azd-service-name'] === `${api}-api`),
    main,
    "service: 'downstream-api'",
    "service: 'downstream'",
  ),
];
