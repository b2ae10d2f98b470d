import type { Ports } from '../tools/ports.ts';
import type { Emulators } from './emulators/emulators.ts';

export type Settings = Readonly<Record<string, string>>;

/** What `--set` may override: the settings of both APIs (handbook 1), which a person would set on Azure too. */
export const overridable: readonly string[] = [
  'AZURE_TENANT_ID',
  'ALLOWED_TENANT_IDS',
  'AZURE_AUTHORITY_HOST',
  'AZURE_CLIENT_ID',
  'ORIGINAL_API_CLIENT_ID',
  'DOWNSTREAM_API_CLIENT_ID',
  'CLIENT_APP_IDS',
  'ALLOWED_ORIGINS',
  'DOWNSTREAM_API_URL',
  'CLIENT_CREDENTIAL',
  'AZURE_KEY_VAULT_ENDPOINT',
  'CLIENT_CREDENTIAL_NAME',
  'AZURE_STORAGE_TABLE_ENDPOINT',
  'STEP_UP_AUTH_CONTEXT',
];

const shared = [
  'AZURE_TENANT_ID',
  'ALLOWED_TENANT_IDS',
  'AZURE_AUTHORITY_HOST',
  'ORIGINAL_API_CLIENT_ID',
  'DOWNSTREAM_API_CLIENT_ID',
];
const readBy = {
  'original-api': [
    ...shared,
    'AZURE_CLIENT_ID',
    'CLIENT_APP_IDS',
    'ALLOWED_ORIGINS',
    'DOWNSTREAM_API_URL',
    'CLIENT_CREDENTIAL',
    'AZURE_KEY_VAULT_ENDPOINT',
    'CLIENT_CREDENTIAL_NAME',
  ],
  'downstream-api': [
    ...shared,
    'AZURE_CLIENT_ID',
    'AZURE_STORAGE_TABLE_ENDPOINT',
    'STEP_UP_AUTH_CONTEXT',
  ],
} as const;

/** What a process needs of the machine; nothing else of the user's shell reaches an API, least of all its AZURE_* and proxies. */
const fromShell = ['PATH', 'HOME', 'TMPDIR', 'TEMP', 'LANG', 'TZ', 'SystemRoot', 'USERPROFILE'];

/** The whole environment of an API's process: the settings that this API reads, its managed identity, and the machine's own variables. */
export function apiSettings(
  api: 'original-api' | 'downstream-api',
  emulators: Emulators,
  ports: Ports,
  overrides: Settings,
): Settings {
  const all: Settings = {
    ...emulatorSettings(emulators, overrides),
    AZURE_CLIENT_ID: emulators.identities[api].clientId,
    DOWNSTREAM_API_URL: `http://localhost:${ports.downstream}/api/downstream`,
    ...overrides,
  };
  return {
    ...pick(process.env, fromShell),
    NO_PROXY: 'localhost,127.0.0.1,::1',
    FUNCTIONS_WORKER_RUNTIME: 'node',
    AzureWebJobsDisableHomepage: 'true',
    ...pick(all, readBy[api]),
    ...managedIdentity(emulators, api),
  };
}

/** The settings for one host that runs both APIs (`func start` at the root), whose one identity is system-assigned. */
export function oneHostSettings(emulators: Emulators, ports: Ports): Settings {
  return {
    FUNCTIONS_WORKER_RUNTIME: 'node',
    AzureWebJobsDisableHomepage: 'true',
    ...emulatorSettings(emulators, {}),
    DOWNSTREAM_API_URL: `http://localhost:${ports.original}/api/downstream`,
    ...managedIdentity(emulators, 'func-start'),
  };
}

function emulatorSettings({ context, tableEndpoint }: Emulators, overrides: Settings): Settings {
  const { origin, directory, clientAppOrigin } = context;
  const appId = (name: string) => directory.app(name)?.appId ?? '';
  const credential = overrides.CLIENT_CREDENTIAL ?? 'key-vault-certificate';
  const name = directory.app('original-api')?.credential ?? '';
  return {
    AZURE_TENANT_ID: directory.homeTenant.id,
    AZURE_AUTHORITY_HOST: origin,
    ORIGINAL_API_CLIENT_ID: appId('original-api'),
    DOWNSTREAM_API_CLIENT_ID: appId('downstream-api'),
    CLIENT_APP_IDS: appId('client-app'),
    ALLOWED_ORIGINS: clientAppOrigin,
    CLIENT_CREDENTIAL: credential,
    AZURE_KEY_VAULT_ENDPOINT: origin,
    CLIENT_CREDENTIAL_NAME: credential === 'key-vault-secret' ? `${name}-secret` : name,
    AZURE_STORAGE_TABLE_ENDPOINT: tableEndpoint,
    STEP_UP_AUTH_CONTEXT: 'c1',
  };
}

function managedIdentity(
  { context, identities }: Emulators,
  name: keyof Emulators['identities'],
): Settings {
  return {
    IDENTITY_ENDPOINT: `${context.origin}/msi/token`,
    IDENTITY_HEADER: identities[name].header,
  };
}

function pick(
  from: Readonly<Record<string, string | undefined>>,
  names: readonly string[],
): Settings {
  const picked: Record<string, string> = {};
  for (const name of names) {
    const value = from[name];
    if (value !== undefined) picked[name] = value;
  }
  return picked;
}
