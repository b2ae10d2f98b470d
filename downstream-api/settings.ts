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

const authContextId = matching(
  /^c([1-9]|[1-9]\d)$/,
  'the id of an authentication context, c1 to c99',
);

/**
 * Reads the settings of Downstream API. Call it once, at startup.
 *
 * @param environment the environment variables, by default those of the process
 * @throws {SettingsError} that names every missing or invalid setting
 */
export const readDownstreamSettings = (environment?: Environment) =>
  readSettings(
    {
      ...entraSettings,
      ...managedIdentitySettings,
      ORIGINAL_API_CLIENT_ID: required('the client id of Original API, a GUID', guid),
      DOWNSTREAM_API_CLIENT_ID: required('the client id of Downstream API, a GUID', guid),
      AZURE_STORAGE_TABLE_ENDPOINT: required('the table endpoint of the storage account', endpoint),
      STEP_UP_AUTH_CONTEXT: optional(authContextId, 'c1'),
    },
    environment,
    ({ ORIGINAL_API_CLIENT_ID: original, DOWNSTREAM_API_CLIENT_ID: downstream }) => {
      // With one registration for both, each API would accept the tokens of the other.
      if (original !== downstream) return [];
      return [
        'ORIGINAL_API_CLIENT_ID and DOWNSTREAM_API_CLIENT_ID must be different app registrations',
      ];
    },
  );
