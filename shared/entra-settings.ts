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
 * const entra = createEntra({ tenantIds: tenantsOf(settings) });
 * ```
 */
export const tenantsOf = ({ AZURE_TENANT_ID, ALLOWED_TENANT_IDS }: EntraValues) =>
  ALLOWED_TENANT_IDS ?? [AZURE_TENANT_ID];
