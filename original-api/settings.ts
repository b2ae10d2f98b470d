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
  readSettings,
  readText,
  required,
} from '../shared/settings.ts';

export type OriginalSettings = ReturnType<typeof readOriginalSettings>;

const credentialName = matching(
  /^[A-Za-z0-9-]{1,127}$/,
  'the name of a certificate or secret in the vault',
);

/** Original API's settings, read once. @throws SettingsError naming every setting that is missing or bad */
export function readOriginalSettings(environment?: Environment) {
  const secretless = readText('CLIENT_CREDENTIAL', environment) === 'managed-identity';
  return readSettings(
    {
      ...entraSettings,
      ORIGINAL_API_CLIENT_ID: required("Original API's registration, a GUID", guid),
      DOWNSTREAM_API_CLIENT_ID: required("Downstream API's registration, a GUID", guid),
      CLIENT_APP_IDS: required('the apps that may call, a comma list of GUIDs', list(guid)),
      ALLOWED_ORIGINS: required("the Client App's exact origins, a comma list", list(origin)),
      DOWNSTREAM_API_URL: required("Downstream API's base URL, route prefix included", endpoint),
      CLIENT_CREDENTIAL: optional(
        oneOf('key-vault-certificate', 'key-vault-secret', 'managed-identity'),
        'key-vault-certificate',
      ),
      AZURE_KEY_VAULT_ENDPOINT: secretless ? optional(host) : required("the vault's URL", host),
      CLIENT_CREDENTIAL_NAME: secretless
        ? optional(credentialName)
        : required('the name of the credential in the vault', credentialName),
    },
    environment,
    ({
      ORIGINAL_API_CLIENT_ID: original,
      DOWNSTREAM_API_CLIENT_ID: downstream,
      CLIENT_APP_IDS: clients,
    }) => [
      ...(original === downstream
        ? ['ORIGINAL_API_CLIENT_ID and DOWNSTREAM_API_CLIENT_ID must be two registrations']
        : []),
      ...(clients.some((client) => client === original || client === downstream)
        ? ['CLIENT_APP_IDS must name client apps, not the APIs']
        : []),
    ],
  );
}
