import { entraSettings } from '../shared/entra-settings.ts';
import {
  type Environment,
  endpoint,
  guid,
  matching,
  optional,
  readSettings,
  required,
} from '../shared/settings.ts';
import { managedIdentitySettings } from './managed-identity.ts';

/** Downstream API's settings, read once. @throws SettingsError naming every setting that is missing or bad */
export const readDownstreamSettings = (environment?: Environment) =>
  readSettings(
    {
      ...entraSettings,
      ...managedIdentitySettings,
      ORIGINAL_API_CLIENT_ID: required("Original API's registration, a GUID", guid),
      DOWNSTREAM_API_CLIENT_ID: required("Downstream API's registration, a GUID", guid),
      AZURE_STORAGE_TABLE_ENDPOINT: required("the storage account's table endpoint", endpoint),
      STEP_UP_AUTH_CONTEXT: optional(
        matching(/^c([1-9]|[1-9]\d)$/, 'an authentication context id, c1 to c99'),
        'c1',
      ),
    },
    environment,
    // Two APIs with one registration would take each other's tokens.
    ({ ORIGINAL_API_CLIENT_ID: original, DOWNSTREAM_API_CLIENT_ID: downstream }) =>
      original === downstream
        ? ['ORIGINAL_API_CLIENT_ID and DOWNSTREAM_API_CLIENT_ID must be two registrations']
        : [],
  );
