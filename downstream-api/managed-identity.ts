import { ApiError } from '../shared/api-error.ts';
import { type RefreshingCache, createTokenCache } from '../shared/refreshing-cache.ts';
import { readRetryAfter, send } from '../shared/http/send.ts';
import { isText, readJsonObject } from '../shared/json.ts';
import { optional, text, type Values } from '../shared/settings.ts';

/** Where the platform serves the app's managed identity, and the header that proves that this app asks; absent on a machine that has none. */
export const managedIdentitySettings = {
  IDENTITY_ENDPOINT: optional(text),
  IDENTITY_HEADER: optional(text),
};

/** AZURE_CLIENT_ID is the user-assigned identity; absent for the system-assigned one. */
export type ManagedIdentitySettings = Values<typeof managedIdentitySettings> & {
  readonly AZURE_CLIENT_ID: string | undefined;
};

/** `AccessToken` of @azure/core-auth; its expiry in milliseconds since 1970. */
type Token = { readonly token: string; readonly expiresOnTimestamp: number };

/** Milliseconds and bytes of an answer. */
const limits = { deadline: 3_000, cap: 64 * 1024 };

/**
 * The app's managed identity by App Service's own protocol (https://learn.microsoft.com/azure/app-service/overview-managed-identity#rest-endpoint-reference):
 * one request for however many ask at once, a failure told to those who waited and not kept.
 * For an app that exchanges no tokens: @azure/identity would bring all of MSAL into its bundle for this one GET.
 */
export function createManagedIdentity(settings: ManagedIdentitySettings, now = Date.now) {
  const {
    IDENTITY_ENDPOINT: endpoint,
    IDENTITY_HEADER: header,
    AZURE_CLIENT_ID: clientId,
  } = settings;
  const held = new Map<string, RefreshingCache<Token>>();

  async function ask(scope: string): Promise<Token> {
    if (!endpoint || !header) throw unavailable('this app has no managed identity');
    const query = new URLSearchParams({
      'api-version': '2019-08-01',
      resource: scope.replace(/\/\.default$/, ''),
    });
    if (clientId) query.set('client_id', clientId);
    const headers = { 'x-identity-header': header };
    const answer = await send(`${endpoint}?${query}`, { method: 'GET', headers, ...limits }).catch(
      () => undefined,
    );
    const { access_token: token, expires_on: expiresOn } =
      (answer?.status === 200 && readJsonObject(answer.body)) || {};
    if (!isText(token) || !(Number(expiresOn) > 0))
      throw unavailable(
        `status ${answer?.status ?? 'none'}`,
        readRetryAfter(answer?.headers['retry-after']),
      );
    return { token, expiresOnTimestamp: Number(expiresOn) * 1_000 };
  }

  return {
    async getToken(scopes: string | string[]): Promise<Token> {
      const scope = String(scopes);
      const holder = held.get(scope) ?? createTokenCache(() => ask(scope), now);
      held.set(scope, holder);
      return holder.get();
    },
  };
}

const unavailable = (reason: string, retryAfter?: number) =>
  new ApiError('unavailable', { retryAfter, logContext: { check: 'managed-identity', reason } });
