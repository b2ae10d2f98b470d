import type { Realm } from './http/challenge.ts';
import { guid, host, list, optional, required } from './settings.ts';

/** What every API of a chain is told: who Entra is, whose users may call, and which managed identity is its own. */
export const entraSettings = {
  AZURE_TENANT_ID: required('the home tenant, a GUID', guid),
  ALLOWED_TENANT_IDS: optional<readonly string[] | undefined>(undefined, list(guid)),
  AZURE_AUTHORITY_HOST: optional(new URL('https://login.microsoftonline.com'), host),
  AZURE_CLIENT_ID: optional<string | undefined>(undefined, guid),
};

interface TenantSettings {
  readonly AZURE_TENANT_ID: string;
  readonly ALLOWED_TENANT_IDS: readonly string[] | undefined;
  readonly AZURE_AUTHORITY_HOST: URL;
}

/** Two APIs of a chain with one registration would take each other's tokens. */
export const sameRegistration = (a: string, b: string): readonly string[] =>
  a === b ? ['ORIGINAL_API_CLIENT_ID and DOWNSTREAM_API_CLIENT_ID must be two registrations'] : [];

/** The tenants whose users may call: the home tenant alone unless a list says otherwise. */
export const tenantsOf = ({ AZURE_TENANT_ID, ALLOWED_TENANT_IDS }: TenantSettings) => ALLOWED_TENANT_IDS ?? [AZURE_TENANT_ID];

/** How an API names itself and its sign-in in a challenge. */
export const realmOf = ({ AZURE_TENANT_ID, AZURE_AUTHORITY_HOST }: TenantSettings, clientId: string): Realm => ({
  clientId,
  authorizationUri: new URL(`${AZURE_TENANT_ID}/oauth2/v2.0/authorize`, AZURE_AUTHORITY_HOST).href,
});
