import { bothApps, everywhere, type Fact, fact } from './fact.ts';

const app = 'function-app.bicep';
const main = 'main.bicep';

/** What the APIs are told. That the names are those which the code reads is another test's: settings.test.ts. */
export const settingFacts: readonly Fact[] = [
  fact(
    'an API asks for tokens as its own identity',
    bothApps(({ settings }, api) => settings.AZURE_CLIENT_ID === `[<${api}Identity.clientId>]`),
    app,
    'AZURE_CLIENT_ID: identity.clientId',
    "AZURE_CLIENT_ID: ''",
  ),
  fact(
    'the host keeps its state by identity',
    bothApps(
      ({ settings }, api) =>
        settings.AzureWebJobsStorage__credential === 'managedidentity' &&
        settings.AzureWebJobsStorage__clientId === `[<${api}Identity.clientId>]` &&
        !('AzureWebJobsStorage' in settings),
    ),
    app,
    "AzureWebJobsStorage__credential: 'managedidentity'",
    "AzureWebJobsStorage: ''",
  ),
  fact(
    'the host keeps its state in the app’s own storage account',
    bothApps(
      ({ settings }, api) => settings.AzureWebJobsStorage__accountName === `[<${api}Storage.name>]`,
    ),
    main,
    'storageName: downstreamStorage.outputs.name',
    'storageName: originalStorage.outputs.name',
  ),
  fact(
    'telemetry is sent as the app’s identity',
    bothApps(
      ({ settings }, api) =>
        settings.APPLICATIONINSIGHTS_AUTHENTICATION_STRING ===
        `[format('Authorization=AAD;ClientId={0}', <${api}Identity.clientId>)]`,
    ),
    app,
    'Authorization=AAD;',
    '',
  ),
  fact(
    'the host shows no page of its own',
    bothApps(({ settings }) => settings.AzureWebJobsDisableHomepage === 'true'),
    app,
    "AzureWebJobsDisableHomepage: 'true'",
    "AzureWebJobsDisableHomepage: 'false'",
  ),
  fact(
    'Original calls Downstream’s own https address, route prefix included',
    (sets) =>
      Object.values(sets).every(
        (snapshot) =>
          snapshot.app('original').settings.DOWNSTREAM_API_URL ===
          `https://${snapshot.app('downstream').site.name}.azurewebsites.net/api/downstream`,
      ),
    main,
    'azurewebsites.net/api/downstream',
    'azurewebsites.net/api',
  ),
  fact(
    'the one origin allowed is the Client App’s',
    (sets) =>
      Object.values(sets).every(
        (snapshot) =>
          snapshot.app('original').settings.ALLOWED_ORIGINS === '[<clientAppSite.origin>]',
      ),
    main,
    'ALLOWED_ORIGINS: clientAppSite.outputs.origin',
    "ALLOWED_ORIGINS: 'https://app.contoso.example'",
  ),
  fact(
    'the one app that may call Original is the Client App',
    ({ development }) =>
      development.app('original').settings.CLIENT_APP_IDS === '[<clientAppRegistration.appId>]',
    main,
    'CLIENT_APP_IDS: clientAppAppId',
    'CLIENT_APP_IDS: originalAppId',
  ),
  fact(
    'both APIs believe the home tenant’s Entra, in whichever cloud that is',
    bothApps(
      ({ settings }) =>
        settings.AZURE_TENANT_ID === 'home-tenant' &&
        settings.AZURE_AUTHORITY_HOST === '[environment().authentication.loginEndpoint]',
    ),
    main,
    'AZURE_AUTHORITY_HOST: environment().authentication.loginEndpoint',
    "AZURE_AUTHORITY_HOST: 'https://login.example'",
  ),
  fact(
    'deleting demands an authentication context',
    everywhere((snapshot) => snapshot.app('downstream').settings.STEP_UP_AUTH_CONTEXT === 'c1'),
    main,
    "param stepUpAuthContext string = 'c1'",
    "param stepUpAuthContext string = ''",
  ),
  fact(
    'users of the home tenant alone may call, unless a list says otherwise',
    ({ development, production }) =>
      development.app('downstream').settings.ALLOWED_TENANT_IDS === 'home-tenant' &&
      String(production.app('downstream').settings.ALLOWED_TENANT_IDS).split(',').length === 2,
    main,
    'ALLOWED_TENANT_IDS: empty(allowedTenantIds) ? tenant().tenantId : allowedTenantIds',
    'ALLOWED_TENANT_IDS: allowedTenantIds',
  ),
  fact(
    'Original proves itself with a certificate in the vault',
    ({ development }) => {
      const { CLIENT_CREDENTIAL, AZURE_KEY_VAULT_ENDPOINT, CLIENT_CREDENTIAL_NAME } =
        development.app('original').settings;
      return (
        CLIENT_CREDENTIAL === 'key-vault-certificate' &&
        AZURE_KEY_VAULT_ENDPOINT === '[<vault.endpoint>]' &&
        CLIENT_CREDENTIAL_NAME === 'zero-trust-original-api'
      );
    },
    main,
    "var credentialName = 'zero-trust-original-api'",
    "var credentialName = 'certificate'",
  ),
  fact(
    'one switch makes it secretless',
    ({ unregistered }) =>
      unregistered.app('original').settings.CLIENT_CREDENTIAL === 'managed-identity',
    main,
    '      CLIENT_CREDENTIAL: clientCredential',
    "      CLIENT_CREDENTIAL: 'key-vault-certificate'",
  ),
  fact(
    'Downstream keeps its tables in the table store',
    (sets) =>
      Object.values(sets).every(
        (snapshot) =>
          snapshot.app('downstream').settings.AZURE_STORAGE_TABLE_ENDPOINT ===
          '[<tableStore.tableEndpoint>]',
      ),
    main,
    'AZURE_STORAGE_TABLE_ENDPOINT: tableStore.outputs.tableEndpoint',
    'AZURE_STORAGE_TABLE_ENDPOINT: downstreamStorage.outputs.tableEndpoint',
  ),
  fact(
    'where registrations are not made here, the given ids are used',
    ({ unregistered }) => {
      const { ORIGINAL_API_CLIENT_ID, DOWNSTREAM_API_CLIENT_ID } =
        unregistered.app('original').settings;
      return (
        String(ORIGINAL_API_CLIENT_ID).endsWith('00a2') &&
        String(DOWNSTREAM_API_CLIENT_ID).endsWith('00a3')
      );
    },
    main,
    "given('DOWNSTREAM_API_CLIENT_ID', downstreamApiClientId)",
    "format('{0}-other', downstreamApiClientId)",
  ),
];
