import { guid, host, list, optional, required, type SettingsValues } from './settings.ts';

/** The settings that every API of a chain has in common. */
export const entraSettings = {
  /** The home tenant. */
  AZURE_TENANT_ID: required('the home tenant, a GUID', guid),

  /** The tenants whose users may call the API. Default: the home tenant only. */
  ALLOWED_TENANT_IDS: optional(list(guid)),

  /** The host of Entra ID. National clouds have their own. */
  AZURE_AUTHORITY_HOST: optional(host, 'https://login.microsoftonline.com'),

  /** The client id of the user-assigned managed identity. Default: the system-assigned one. */
  AZURE_CLIENT_ID: optional(guid),
};

/** The values of {@link entraSettings}. */
type EntraValues = SettingsValues<typeof entraSettings>;

/**
 * Returns the tenants whose users may call the API.
 *
 * @example
 * ```ts
 * const validate = createValidator({ keys, audience, tenantIds: tenantsOf(settings) });
 * ```
 */
export const tenantsOf = ({ AZURE_TENANT_ID, ALLOWED_TENANT_IDS }: EntraValues) =>
  ALLOWED_TENANT_IDS ?? [AZURE_TENANT_ID];

/**
 * Returns the options of an API's challenges: its client id, and where the user signs in.
 *
 * @example
 * ```ts
 * const api = createApi({ ...options, challenge: challengeOptionsOf(settings, clientId) });
 * ```
 */
export const challengeOptionsOf = (
  { AZURE_TENANT_ID, AZURE_AUTHORITY_HOST }: EntraValues,
  clientId: string,
) => ({
  clientId,
  authorizationUri: new URL(`${AZURE_TENANT_ID}/oauth2/v2.0/authorize`, AZURE_AUTHORITY_HOST).href,
});
