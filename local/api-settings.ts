import type { Api } from '../tools/packaging/apis.ts';
import type { Ports } from '../tools/ports.ts';
import type { Emulators } from './emulators/emulators.ts';

/** Environment variables of a process, by name. */
export type Environment = Readonly<Record<string, string>>;

/** The settings that `--set` can override. A deployment sets the same ones. */
export const overridableSettings: readonly string[] = [
  'AZURE_TENANT_ID',
  'ALLOWED_TENANT_IDS',
  'AZURE_AUTHORITY_HOST',
  'AZURE_CLIENT_ID',
  'ORIGINAL_API_CLIENT_ID',
  'DOWNSTREAM_API_CLIENT_ID',
  'CLIENT_APP_IDS',
  'ALLOWED_ORIGINS',
  'DOWNSTREAM_API_URL',
  'MICROSOFT_GRAPH_ENDPOINT',
  'CLIENT_CREDENTIAL',
  'AZURE_KEY_VAULT_ENDPOINT',
  'CLIENT_CREDENTIAL_NAME',
  'AZURE_STORAGE_TABLE_ENDPOINT',
  'STEP_UP_AUTH_CONTEXT',
];

const commonSettings: readonly string[] = [
  'AZURE_TENANT_ID',
  'ALLOWED_TENANT_IDS',
  'AZURE_AUTHORITY_HOST',
  'AZURE_CLIENT_ID',
  'ORIGINAL_API_CLIENT_ID',
  'DOWNSTREAM_API_CLIENT_ID',
];

/** The settings that each API reads. */
const settingsByApi: Readonly<Record<Api, readonly string[]>> = {
  'original-api': [
    ...commonSettings,
    'CLIENT_APP_IDS',
    'ALLOWED_ORIGINS',
    'DOWNSTREAM_API_URL',
    'MICROSOFT_GRAPH_ENDPOINT',
    'CLIENT_CREDENTIAL',
    'AZURE_KEY_VAULT_ENDPOINT',
    'CLIENT_CREDENTIAL_NAME',
  ],
  'downstream-api': [...commonSettings, 'AZURE_STORAGE_TABLE_ENDPOINT', 'STEP_UP_AUTH_CONTEXT'],
};

/**
 * The variables that a process needs from the user's shell. An API receives no others, because an
 * AZURE_* variable or a proxy setting of the shell would change its behaviour.
 */
const machineVariables: readonly string[] = [
  'PATH',
  'HOME',
  'TMPDIR',
  'TEMP',
  'LANG',
  'TZ',
  'SystemRoot',
  'USERPROFILE',
];

const functionsSettings: Environment = {
  FUNCTIONS_WORKER_RUNTIME: 'node',
  AzureWebJobsDisableHomepage: 'true',
};

/** Creates the whole environment for the process of one API. */
export function createApiEnvironment(
  api: Api,
  emulators: Emulators,
  ports: Ports,
  overrides: Environment,
): Environment {
  const settings: Environment = {
    ...emulatorSettings(emulators, overrides),
    AZURE_CLIENT_ID: emulators.identities[api].clientId,
    DOWNSTREAM_API_URL: `http://localhost:${ports.downstream}/api/downstream`,
    ...overrides,
  };
  return {
    ...pick(process.env, machineVariables),
    NO_PROXY: 'localhost,127.0.0.1,::1',
    ...functionsSettings,
    ...pick(settings, settingsByApi[api]),
    ...managedIdentitySettings(emulators, api),
  };
}

/**
 * Creates the settings for one host that runs both APIs, as `func start` does in the root folder.
 * The host has one system-assigned identity.
 */
export function createSingleHostSettings(emulators: Emulators, ports: Ports): Environment {
  return {
    ...functionsSettings,
    ...emulatorSettings(emulators, {}),
    DOWNSTREAM_API_URL: `http://localhost:${ports.original}/api/downstream`,
    ...managedIdentitySettings(emulators, 'func-start'),
  };
}

function emulatorSettings(
  { context, tableEndpoint }: Emulators,
  overrides: Environment,
): Environment {
  const { origin, directory, clientAppOrigin } = context;
  const appId = (name: string) => directory.app(name)?.appId ?? '';
  const credential = overrides.CLIENT_CREDENTIAL ?? 'key-vault-certificate';
  const certificateName = directory.app('original-api')?.credential ?? '';
  const usesSecret = credential === 'key-vault-secret';
  return {
    AZURE_TENANT_ID: directory.homeTenant.id,
    AZURE_AUTHORITY_HOST: origin,
    ORIGINAL_API_CLIENT_ID: appId('original-api'),
    DOWNSTREAM_API_CLIENT_ID: appId('downstream-api'),
    CLIENT_APP_IDS: appId('client-app'),
    ALLOWED_ORIGINS: clientAppOrigin,
    MICROSOFT_GRAPH_ENDPOINT: `${origin}/graph`,
    CLIENT_CREDENTIAL: credential,
    AZURE_KEY_VAULT_ENDPOINT: origin,
    CLIENT_CREDENTIAL_NAME: usesSecret ? `${certificateName}-secret` : certificateName,
    AZURE_STORAGE_TABLE_ENDPOINT: tableEndpoint,
    STEP_UP_AUTH_CONTEXT: 'c1',
  };
}

function managedIdentitySettings(
  { context, identities }: Emulators,
  name: keyof Emulators['identities'],
): Environment {
  return {
    IDENTITY_ENDPOINT: `${context.origin}/msi/token`,
    IDENTITY_HEADER: identities[name].header,
  };
}

function pick(
  source: Readonly<Record<string, string | undefined>>,
  names: readonly string[],
): Environment {
  const picked: Record<string, string> = {};
  for (const name of names) {
    const value = source[name];
    if (value !== undefined) picked[name] = value;
  }
  return picked;
}
