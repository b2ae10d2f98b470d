import { entraSettings, sameRegistration } from '../shared/entra-settings.ts';
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
  required,
  requiredUnless,
} from '../shared/settings.ts';

export type OriginalSettings = ReturnType<typeof readOriginalSettings>;

const vaultName = matching(/^[A-Za-z0-9-]{1,127}$/, 'the name of a certificate or secret in the vault');

/** Original API's settings, read once. @throws SettingsError naming every setting that is missing or bad */
export const readOriginalSettings = (environment?: Environment) =>
  readSettings(
    {
      ...entraSettings,
      ORIGINAL_API_CLIENT_ID: required("Original API's registration, a GUID", guid),
      DOWNSTREAM_API_CLIENT_ID: required("Downstream API's registration, a GUID", guid),
      CLIENT_APP_IDS: required('the apps that may call, a comma list of GUIDs', list(guid)),
      ALLOWED_ORIGINS: required("the Client App's exact origins, a comma list", list(origin)),
      DOWNSTREAM_API_URL: required("Downstream API's base URL, route prefix included", endpoint),
      CLIENT_CREDENTIAL: optional('key-vault-certificate', oneOf('key-vault-certificate', 'key-vault-secret', 'managed-identity')),
      AZURE_KEY_VAULT_ENDPOINT: requiredUnless('CLIENT_CREDENTIAL', 'managed-identity', "the vault's URL", host),
      CLIENT_CREDENTIAL_NAME: requiredUnless('CLIENT_CREDENTIAL', 'managed-identity', 'the name of the credential in the vault', vaultName),
    },
    environment,
    ({ ORIGINAL_API_CLIENT_ID: original, DOWNSTREAM_API_CLIENT_ID: downstream, CLIENT_APP_IDS: clients }) => [
      ...sameRegistration(original, downstream),
      ...(clients.some((client) => client === original || client === downstream)
        ? ['CLIENT_APP_IDS must name client apps, not the APIs']
        : []),
    ],
  );
