/** Types of variables, by their names. */
type Variables = Readonly<Record<string, string>>;

/** The variables that an example may use without declaring them. */
const commonVariables: Variables = {
  audiences: 'readonly string[]',
  authorityHost: 'URL',
  authorizationUri: 'string',
  call: 'Call',
  caller: 'Caller',
  claims: 'JsonObject',
  clientId: 'string',
  correlationId: 'string',
  credential: 'CredentialSource',
  entra: 'Entra',
  error: 'unknown',
  handler: '() => Promise<HandlerResult>',
  identity: "import('@azure/core-auth').TokenCredential",
  identityClientId: 'string',
  metadata: 'Metadata',
  objectId: 'string',
  onBehalfOf: 'OnBehalfOf',
  order: '{ readonly total: number }',
  refusal: 'Refusal',
  request: 'ApiRequest',
  response: 'HttpResponse',
  scopes: 'readonly string[]',
  secret: '{ readonly value: string }',
  signal: 'AbortSignal',
  spaClientId: 'string',
  tenantId: 'string',
  tenantIds: 'readonly string[]',
  token: 'ParsedToken',
  url: 'string',
  user: 'string',
  vaultUrl: 'string',
  work: '() => Promise<void>',
};

/** The variables of the examples in some files or folders. They replace those above. */
const variablesByPath: Readonly<Record<string, Variables>> = {
  'shared/browser/': {
    account: '{ readonly homeAccountId: string }',
    acquireToken: '(request: object) => Promise<string>',
    authorization: 'string',
    draw: '(seconds?: number) => void',
    msal: 'TokenClient & { handleRedirectPromise(): Promise<object | null> }',
    order: 'object',
    pendingActions: 'PendingActions',
    problem: 'Problem',
    retry: '() => void',
    runner: 'ActionRunner',
    save: '() => Promise<void>',
    saveOrder: '(order: object) => Promise<void>',
    scopes: 'string[]',
    sendOrder: '(token: string) => Promise<Response>',
    showDialog: '(problem: Problem) => void',
    token: 'string',
    tokens: 'TokenSource',
    visit: 'EntraVisit',
  },
  'shared/browser/recovery.ts': { error: 'ProblemError' },
  'shared/entra-settings.ts': { settings: 'SettingsValues<typeof entraSettings>' },
  'shared/functions.ts': { spaId: 'string' },
  'shared/http/azure-client.ts': { settings: '{ readonly AZURE_KEY_VAULT_ENDPOINT: URL }' },
  'shared/http/create-api.ts': { notesOf: '(user: string) => Promise<object>' },
  'shared/http/deadline.ts': { sharedTokenRequest: 'Promise<string>' },
  'shared/http/downstream-transport.ts': {
    origin: 'string',
    request: 'PreparedRequest',
    token: 'Redacted',
  },
  'shared/http/read-challenge.ts': {
    acquireToken: '(request: object) => Promise<string>',
    response: 'Response',
  },
  'shared/http/resource-metadata.ts': { resource: 'string' },
  'shared/http/serve.ts': { api: 'ServedApi', methods: 'RouteMethods' },
  'shared/log.ts': { context: 'LogSink' },
  'shared/obo/': { client: "import('@azure/keyvault-secrets').SecretClient", name: 'string' },
  'shared/obo/bulkhead.ts': { limits: 'BulkheadOptions', user: 'BulkheadUser' },
  'shared/obo/circuit-breaker.ts': { options: 'CircuitBreakerOptions' },
  'shared/obo/exchange-cache.ts': { request: 'ExchangeRequest' },
  'shared/obo/exchanged-token.ts': { issued: 'IssuedToken', request: 'ExchangeRequest' },
  'shared/obo/network.ts': { auth: "import('@azure/msal-node').NodeAuthOptions" },
  'shared/obo/refusal.ts': { error: 'TokenEndpointRefusal', version: 'string' },
  'shared/obo/token-endpoint-guard.ts': {
    client: "import('@azure/msal-node').ConfidentialClientApplication",
    request: "import('@azure/msal-node').OnBehalfOfRequest",
  },
  'shared/obo/user-credential.ts': { cache: 'ExchangeCache' },
  'shared/redacted.ts': { token: 'Redacted' },
  'shared/refreshing-cache.ts': {
    requestToken: '(resource: string) => Promise<{ token: string; expiresOnTimestamp: number }>',
    url: 'URL',
  },
  'shared/token/authorize.ts': { clientIds: 'readonly string[]', clients: 'AllowedClients' },
  'shared/token/bearer.ts': { validate: 'Validate' },
  'shared/token/caller.ts': {
    callerFrom: '(claims: JsonObject) => Caller',
    token: 'Redacted',
  },
  'shared/token/checks.ts': { allowedTenantIds: 'readonly string[]' },
  'shared/token/keys.ts': { kid: 'string' },
  'shared/web.ts': { app: "import('hono').Hono" },
};

/** Values of packages that an example may use without importing them. */
export const packageValues: Variables = {
  ConfidentialClientApplication: '@azure/msal-node',
  SecretClient: '@azure/keyvault-secrets',
  TableClient: '@azure/data-tables',
  app: '@azure/functions',
};

/** Returns the variables that the examples of a file may use, with their types. */
export function variablesOf(file: string): Variables {
  const paths = Object.keys(variablesByPath).filter((path) => file.startsWith(path));
  return Object.assign({}, commonVariables, ...paths.sort().map((path) => variablesByPath[path]));
}
