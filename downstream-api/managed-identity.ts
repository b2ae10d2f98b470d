import { Denial } from '../shared/denial.ts';
import { send } from '../shared/http/send.ts';
import { readJsonObject } from '../shared/json.ts';
import { deadline, type IdentityCredential, rememberTokens } from '../shared/remember-tokens.ts';
import { optional, text, type Values } from '../shared/settings.ts';

/** Where the platform serves the app's managed identity, and the header that proves that this app asks; absent on a machine that has none. */
export const managedIdentitySettings = { IDENTITY_ENDPOINT: optional(text), IDENTITY_HEADER: optional(text) };

/** AZURE_CLIENT_ID is the user-assigned identity; absent for the system-assigned one. */
export type ManagedIdentitySettings = Values<typeof managedIdentitySettings> & { readonly AZURE_CLIENT_ID: string | undefined };

/**
 * The app's managed identity by App Service's own protocol (https://learn.microsoft.com/azure/app-service/overview-managed-identity#rest-endpoint-reference).
 * For an app that exchanges no tokens: @azure/identity would bring all of MSAL into its bundle for this one GET.
 */
export function createManagedIdentity(settings: ManagedIdentitySettings): IdentityCredential {
  const { IDENTITY_ENDPOINT: endpoint, IDENTITY_HEADER: header, AZURE_CLIENT_ID: clientId } = settings;
  return rememberTokens(async (scope, signal) => {
    if (!endpoint || !header) throw unavailable('this app has no managed identity');
    const query = new URLSearchParams({ 'api-version': '2019-08-01', resource: scope.replace(/\/\.default$/, '') });
    if (clientId) query.set('client_id', clientId);
    const headers = { 'x-identity-header': header };
    const asked = send(`${endpoint}?${query}`, { method: 'GET', headers, deadline, cap: 64 * 1024, signal });
    const answer = await asked.catch(() => undefined);
    const { access_token: token, expires_on: expiresOn } = (answer?.status === 200 && readJsonObject(answer.body)) || {};
    if (typeof token !== 'string' || !token || !(Number(expiresOn) > 0)) throw unavailable(`status ${answer?.status ?? 'none'}`);
    return { token, expiresOnTimestamp: Number(expiresOn) * 1_000 };
  });
}

const unavailable = (reason: string) => new Denial('unavailable', { facts: { check: 'managed-identity', reason } });
