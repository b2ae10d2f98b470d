import { entraSettings } from '../shared/entra-settings.ts';
import {
  type Environment,
  endpoint,
  guid,
  host,
  list,
  matching,
  oneOf,
  optional,
  origin,
  readSetting,
  readSettings,
  required,
} from '../shared/settings.ts';

/** The settings of Original API. */
export type OriginalSettings = ReturnType<typeof readOriginalSettings>;

const credentialKind = oneOf('key-vault-certificate', 'key-vault-secret', 'managed-identity');

const credentialName = matching(
  /^[A-Za-z0-9-]{1,127}$/,
  'the name of a certificate or secret in the vault',
);

/**
 * Reads the settings of Original API. Call it once, at startup.
 *
 * @param environment the environment variables. Default: those of the process
 * @throws {SettingsError} that names every missing or invalid setting
 */
export function readOriginalSettings(environment?: Environment) {
  const needsVault = readSetting('CLIENT_CREDENTIAL', environment) !== 'managed-identity';
  return readSettings(
    {
      ...entraSettings,
      ORIGINAL_API_CLIENT_ID: required('the client id of Original API, a GUID', guid),
      DOWNSTREAM_API_CLIENT_ID: required('the client id of Downstream API, a GUID', guid),
      CLIENT_APP_IDS: required(
        'the client ids of the apps that may call, GUIDs separated by commas',
        list(guid),
      ),
      ALLOWED_ORIGINS: required(
        'the exact origins of the Client App, separated by commas',
        list(origin),
      ),
      DOWNSTREAM_API_URL: required(
        'the base URL of Downstream API, including its route prefix',
        endpoint,
      ),
      MICROSOFT_GRAPH_ENDPOINT: optional(endpoint, 'https://graph.microsoft.com'),
      CLIENT_CREDENTIAL: optional(credentialKind, 'key-vault-certificate'),
      AZURE_KEY_VAULT_ENDPOINT: needsVault
        ? required('the URL of the vault', host)
        : optional(host),
      CLIENT_CREDENTIAL_NAME: needsVault
        ? required('the name of the credential in the vault', credentialName)
        : optional(credentialName),
    },
    environment,
    findConflicts,
  );
}

/** Finds conflicts between settings that are valid by themselves. */
function findConflicts({
  ORIGINAL_API_CLIENT_ID: original,
  DOWNSTREAM_API_CLIENT_ID: downstream,
  CLIENT_APP_IDS: clients,
}: {
  readonly ORIGINAL_API_CLIENT_ID: string;
  readonly DOWNSTREAM_API_CLIENT_ID: string;
  readonly CLIENT_APP_IDS: readonly string[];
}): readonly string[] {
  const problems: string[] = [];
  if (original === downstream)
    problems.push(
      'ORIGINAL_API_CLIENT_ID and DOWNSTREAM_API_CLIENT_ID must be different app registrations',
    );
  if (clients.includes(original) || clients.includes(downstream))
    problems.push('CLIENT_APP_IDS must name client apps, not the APIs');
  return problems;
}
