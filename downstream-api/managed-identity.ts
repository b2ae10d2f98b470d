import { ApiError } from '../shared/api-error.ts';
import { type HttpResponse, readRetryAfter, SendFailure, send } from '../shared/http/send.ts';
import { isNonEmptyString, readJsonObject } from '../shared/json.ts';
import { createTokenCache, type RefreshingCache } from '../shared/refreshing-cache.ts';
import { optional, type SettingsValues, text } from '../shared/settings.ts';

/** The settings that Azure sets for an app with a managed identity. */
export const managedIdentitySettings = {
  /** The URL of the local token endpoint. */
  IDENTITY_ENDPOINT: optional(text),
  /** The value of the header that proves that a request comes from this app. */
  IDENTITY_HEADER: optional(text),
};

/** The settings that {@link createManagedIdentity} needs. */
export type ManagedIdentitySettings = SettingsValues<typeof managedIdentitySettings> & {
  /** The client id of a user-assigned identity, or `undefined` for the system-assigned one. */
  readonly AZURE_CLIENT_ID: string | undefined;
};

/** An access token, as `AccessToken` of `@azure/core-auth`. */
type AccessToken = {
  readonly token: string;
  /** When the token expires, in milliseconds since 1970. */
  readonly expiresOnTimestamp: number;
};

/** Milliseconds for one request to the token endpoint. */
const requestTimeout = 3_000;

/** The largest response body that is read, in bytes. */
const maxResponseBytes = 64 * 1024;

const apiVersion = '2019-08-01';

/**
 * Creates the app's managed identity, a `TokenCredential` for the Azure SDKs. It uses the token
 * endpoint of App Service
 * (https://learn.microsoft.com/azure/app-service/overview-managed-identity#rest-endpoint-reference),
 * because `@azure/identity` would add MSAL to an app that exchanges no tokens.
 *
 * Tokens are cached per scope, and concurrent callers share one request. Failures are not cached.
 * If the endpoint sends a `Retry-After`, no further request is sent until that time has passed.
 *
 * @param now the current time in milliseconds since 1970
 */
export function createManagedIdentity(
  settings: ManagedIdentitySettings,
  now: () => number = Date.now,
) {
  const caches = new Map<string, RefreshingCache<AccessToken>>();

  function cacheFor(scope: string): RefreshingCache<AccessToken> {
    const existing = caches.get(scope);
    if (existing) return existing;
    const created = createTokenCache(() => requestToken(settings, scope), now);
    caches.set(scope, created);
    return created;
  }

  return {
    /**
     * Returns a token for a scope, such as `https://storage.azure.com/.default`.
     *
     * @throws {ApiError} `unavailable` if there is no managed identity or it returns no token
     */
    async getToken(scopes: string | string[]): Promise<AccessToken> {
      return cacheFor(String(scopes)).get();
    },
  };
}

async function requestToken(
  {
    IDENTITY_ENDPOINT: endpoint,
    IDENTITY_HEADER: identityHeader,
    AZURE_CLIENT_ID: clientId,
  }: ManagedIdentitySettings,
  scope: string,
): Promise<AccessToken> {
  if (!endpoint || !identityHeader) throw unavailable('this app has no managed identity');
  const resource = scope.replace(/\/\.default$/, '');
  const query = new URLSearchParams({ 'api-version': apiVersion, resource });
  if (clientId) query.set('client_id', clientId);
  const response = await get(`${endpoint}?${query}`, identityHeader);
  const body = response.status === 200 ? readJsonObject(response.body) : undefined;
  const token = body?.access_token;
  const expiresOn = Number(body?.expires_on);
  if (!isNonEmptyString(token) || !(expiresOn > 0))
    throw unavailable(`status ${response.status}`, readRetryAfter(response.headers['retry-after']));
  return { token, expiresOnTimestamp: expiresOn * 1_000 };
}

async function get(url: string, identityHeader: string): Promise<HttpResponse> {
  try {
    return await send(url, {
      method: 'GET',
      headers: { 'x-identity-header': identityHeader },
      timeout: requestTimeout,
      maxBytes: maxResponseBytes,
    });
  } catch (error) {
    if (error instanceof SendFailure) throw unavailable(error.reason);
    throw error;
  }
}

/** @param retryAfter seconds until a retry may succeed */
const unavailable = (reason: string, retryAfter?: number) =>
  new ApiError('unavailable', { retryAfter, logContext: { check: 'managed-identity', reason } });
