import { guid, host, list, optional, required, type Values } from './settings.ts';

/** What every API of a chain is told: who Entra is, whose users may call, and which managed identity is its own. */
export const entraSettings = {
  AZURE_TENANT_ID: required('the home tenant, a GUID', guid),
  ALLOWED_TENANT_IDS: optional(list(guid)),
  AZURE_AUTHORITY_HOST: optional(host, 'https://login.microsoftonline.com'),
  AZURE_CLIENT_ID: optional(guid),
};

type EntraValues = Values<typeof entraSettings>;

/** The tenants whose users may call: the home tenant alone unless a list says otherwise. */
export const tenantsOf = ({ AZURE_TENANT_ID, ALLOWED_TENANT_IDS }: EntraValues) =>
  ALLOWED_TENANT_IDS ?? [AZURE_TENANT_ID];

/** How an API names itself and its sign-in in a challenge. */
export const challengeOptionsOf = (
  { AZURE_TENANT_ID, AZURE_AUTHORITY_HOST }: EntraValues,
  clientId: string,
) => ({
  clientId,
  authorizationUri: new URL(`${AZURE_TENANT_ID}/oauth2/v2.0/authorize`, AZURE_AUTHORITY_HOST).href,
});
