import { bothApps, everywhere, type Fact } from './fact.ts';

const app = 'function-app.bicep';
const main = 'main.bicep';

/** Facts about the app settings of the APIs. test/infra/settings.test.ts checks their names. */
export const settingFacts: readonly Fact[] = [
  {
    name: 'each API uses its own identity',
    isTrue: bothApps(
      ({ settings }, api) => settings.AZURE_CLIENT_ID === `[<${api}Identity.clientId>]`,
    ),
    mutation: {
      file: app,
      from: 'AZURE_CLIENT_ID: identity.clientId',
      to: "AZURE_CLIENT_ID: ''",
    },
  },
  {
    name: 'each host accesses its storage with the identity of its API',
    isTrue: bothApps(
      ({ settings }, api) =>
        settings.AzureWebJobsStorage__credential === 'managedidentity' &&
        settings.AzureWebJobsStorage__clientId === `[<${api}Identity.clientId>]` &&
        !('AzureWebJobsStorage' in settings),
    ),
    mutation: {
      file: app,
      from: "AzureWebJobsStorage__credential: 'managedidentity'",
      to: "AzureWebJobsStorage: ''",
    },
  },
  {
    name: 'each host uses the storage account of its API',
    isTrue: bothApps(
      ({ settings }, api) => settings.AzureWebJobsStorage__accountName === `[<${api}Storage.name>]`,
    ),
    mutation: {
      file: main,
      from: 'storageName: downstreamStorage.outputs.name',
      to: 'storageName: originalStorage.outputs.name',
    },
  },
  {
    name: 'each API sends telemetry with its identity',
    isTrue: bothApps(
      ({ settings }, api) =>
        settings.APPLICATIONINSIGHTS_AUTHENTICATION_STRING ===
        `[format('Authorization=AAD;ClientId={0}', <${api}Identity.clientId>)]`,
    ),
    mutation: {
      file: app,
      from: 'Authorization=AAD;',
      to: '',
    },
  },
  {
    name: 'the home page of the host is disabled',
    isTrue: bothApps(({ settings }) => settings.AzureWebJobsDisableHomepage === 'true'),
    mutation: {
      file: app,
      from: "AzureWebJobsDisableHomepage: 'true'",
      to: "AzureWebJobsDisableHomepage: 'false'",
    },
  },
  {
    name: 'Original API calls Downstream API by HTTPS, with the route prefix',
    isTrue: everywhere(
      (snapshot) =>
        snapshot.app('original').settings.DOWNSTREAM_API_URL ===
        `https://${snapshot.app('downstream').site.name}.azurewebsites.net/api/downstream`,
    ),
    mutation: {
      file: main,
      from: 'azurewebsites.net/api/downstream',
      to: 'azurewebsites.net/api',
    },
  },
  {
    name: 'Original API calls the Microsoft Graph of its cloud',
    isTrue: everywhere((snapshot) => {
      const endpoint = String(snapshot.app('original').settings.MICROSOFT_GRAPH_ENDPOINT);
      return (
        endpoint.includes("'AzureCloud', 'https://graph.microsoft.com'") &&
        endpoint.endsWith('[environment().name]]')
      );
    }),
    mutation: {
      file: main,
      from: "AzureCloud: 'https://graph.microsoft.com'",
      to: "AzureCloud: 'https://graph.microsoft.us'",
    },
  },
  {
    name: 'Original API allows only the origin of the Client App',
    isTrue: everywhere(
      (snapshot) =>
        snapshot.app('original').settings.ALLOWED_ORIGINS === '[<clientAppSite.origin>]',
    ),
    mutation: {
      file: main,
      from: 'ALLOWED_ORIGINS: clientAppSite.outputs.origin',
      to: "ALLOWED_ORIGINS: 'https://app.contoso.example'",
    },
  },
  {
    name: 'Original API accepts tokens only for the Client App',
    isTrue: ({ development }) =>
      development.app('original').settings.CLIENT_APP_IDS === '[<clientAppRegistration.appId>]',
    mutation: {
      file: main,
      from: 'CLIENT_APP_IDS: clientAppAppId',
      to: 'CLIENT_APP_IDS: originalAppId',
    },
  },
  {
    name: 'both APIs trust the home tenant and the Entra of its cloud',
    isTrue: bothApps(
      ({ settings }) =>
        settings.AZURE_TENANT_ID === 'home-tenant' &&
        settings.AZURE_AUTHORITY_HOST === '[environment().authentication.loginEndpoint]',
    ),
    mutation: {
      file: main,
      from: 'AZURE_AUTHORITY_HOST: environment().authentication.loginEndpoint',
      to: "AZURE_AUTHORITY_HOST: 'https://login.example'",
    },
  },
  {
    name: 'deleting requires an authentication context',
    isTrue: everywhere(
      (snapshot) => snapshot.app('downstream').settings.STEP_UP_AUTH_CONTEXT === 'c1',
    ),
    mutation: {
      file: main,
      from: "param stepUpAuthContext string = 'c1'",
      to: "param stepUpAuthContext string = ''",
    },
  },
  {
    name: 'only users of the home tenant may call, unless there is a list of tenants',
    isTrue: ({ development, production }) =>
      development.app('downstream').settings.ALLOWED_TENANT_IDS === 'home-tenant' &&
      String(production.app('downstream').settings.ALLOWED_TENANT_IDS).split(',').length === 2,
    mutation: {
      file: main,
      from: 'ALLOWED_TENANT_IDS: empty(allowedTenantIds) ? tenant().tenantId : allowedTenantIds',
      to: 'ALLOWED_TENANT_IDS: allowedTenantIds',
    },
  },
  {
    name: 'Original API authenticates with the certificate in the vault',
    isTrue: ({ development }) => {
      const { CLIENT_CREDENTIAL, AZURE_KEY_VAULT_ENDPOINT, CLIENT_CREDENTIAL_NAME } =
        development.app('original').settings;
      return (
        CLIENT_CREDENTIAL === 'key-vault-certificate' &&
        AZURE_KEY_VAULT_ENDPOINT === '[<vault.endpoint>]' &&
        CLIENT_CREDENTIAL_NAME === 'zero-trust-original-api'
      );
    },
    mutation: {
      file: main,
      from: "var credentialName = 'zero-trust-original-api'",
      to: "var credentialName = 'certificate'",
    },
  },
  {
    name: 'clientCredential selects the secretless mode',
    isTrue: ({ unregistered }) =>
      unregistered.app('original').settings.CLIENT_CREDENTIAL === 'managed-identity',
    mutation: {
      file: main,
      from: 'CLIENT_CREDENTIAL: clientCredential',
      to: "CLIENT_CREDENTIAL: 'key-vault-certificate'",
    },
  },
  {
    name: 'Downstream API uses the tables in the table store',
    isTrue: everywhere(
      (snapshot) =>
        snapshot.app('downstream').settings.AZURE_STORAGE_TABLE_ENDPOINT ===
        '[<tableStore.tableEndpoint>]',
    ),
    mutation: {
      file: main,
      from: 'AZURE_STORAGE_TABLE_ENDPOINT: tableStore.outputs.tableEndpoint',
      to: 'AZURE_STORAGE_TABLE_ENDPOINT: downstreamStorage.outputs.tableEndpoint',
    },
  },
  {
    name: 'manageAppRegistrations=false uses the ids of the parameters',
    isTrue: ({ unregistered }) => {
      const { ORIGINAL_API_CLIENT_ID, DOWNSTREAM_API_CLIENT_ID } =
        unregistered.app('original').settings;
      return (
        String(ORIGINAL_API_CLIENT_ID).endsWith('00a2') &&
        String(DOWNSTREAM_API_CLIENT_ID).endsWith('00a3')
      );
    },
    mutation: {
      file: main,
      from: "requireClientId('DOWNSTREAM_API_CLIENT_ID', downstreamApiClientId)",
      to: "format('{0}-other', downstreamApiClientId)",
    },
  },
];
