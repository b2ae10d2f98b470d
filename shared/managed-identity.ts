import { Denial } from './denial.ts';
import { within } from './http/budget.ts';
import { readJsonObject, send } from './http/send.ts';

/** A token and its expiry in milliseconds since 1970: `AccessToken` of @azure/core-auth. */
export interface IdentityToken {
  readonly token: string;
  readonly expiresOnTimestamp: number;
}

/** `TokenCredential` of @azure/core-auth, as the Azure clients take it. */
export interface IdentityCredential {
  getToken(scopes: string | string[]): Promise<IdentityToken>;
}

/** Milliseconds for one request. */
export const deadline = 3_000;
const early = 5 * 60_000;

/**
 * Asks once for however many want a token for the same scope, gives up after 3 s, and asks again, beside the calls,
 * from 5 minutes before a token expires. A failure is told to those who waited and not kept.
 */
export function rememberTokens(
  ask: (scope: string, signal: AbortSignal) => Promise<IdentityToken>,
  now: () => number = Date.now,
): IdentityCredential {
  const held = new Map<string, IdentityToken>();
  const asking = new Map<string, Promise<IdentityToken>>();
  return {
    async getToken(scopes) {
      const scope = String(scopes);
      const known = held.get(scope);
      if (known && known.expiresOnTimestamp - early > now()) return known;
      const signal = AbortSignal.timeout(deadline);
      const answer =
        asking.get(scope) ??
        within(signal, ask(scope, signal))
          .then((token) => {
            held.set(scope, token);
            return token;
          })
          .catch((error: unknown) => {
            throw signal.aborted ? unavailable('no answer in time') : error;
          })
          .finally(() => asking.delete(scope));
      asking.set(scope, answer);
      if (!known || known.expiresOnTimestamp <= now()) return answer;
      // Still good: nobody waits for the next one, and nobody suffers when it cannot be had yet.
      answer.catch(() => {});
      return known;
    },
  };
}

export interface ManagedIdentitySettings {
  /** Where the platform answers, and the header that proves that this app asks. */
  readonly IDENTITY_ENDPOINT: string | undefined;
  readonly IDENTITY_HEADER: string | undefined;
  /** The user-assigned identity; absent for the system-assigned one. */
  readonly AZURE_CLIENT_ID: string | undefined;
}

/**
 * The app's managed identity by App Service's own protocol (https://learn.microsoft.com/azure/app-service/overview-managed-identity#rest-endpoint-reference).
 * For an app that exchanges no tokens: @azure/identity would bring all of MSAL into its bundle for this one GET.
 */
export function createManagedIdentity(settings: ManagedIdentitySettings): IdentityCredential {
  return rememberTokens(async (scope, signal) => {
    const { IDENTITY_ENDPOINT: endpoint, IDENTITY_HEADER: header, AZURE_CLIENT_ID: clientId } = settings;
    if (!endpoint || !header) throw unavailable('this app has no managed identity');
    const query = new URLSearchParams({
      'api-version': '2019-08-01',
      resource: scope.replace(/\/\.default$/, ''),
      ...(clientId ? { client_id: clientId } : {}),
    });
    const answer = await send(`${endpoint}?${query}`, {
      method: 'GET',
      headers: { 'x-identity-header': header },
      deadline,
      cap: 64 * 1024,
      signal,
    }).catch(() => undefined);
    const { access_token: token, expires_on: expiresOn } = (answer?.status === 200 && readJsonObject(answer.body)) || {};
    if (typeof token !== 'string' || !token || !(Number(expiresOn) > 0)) throw unavailable(`status ${answer?.status ?? 'none'}`);
    return { token, expiresOnTimestamp: Number(expiresOn) * 1_000 };
  });
}

const unavailable = (reason: string) => new Denial('unavailable', { facts: { check: 'managed-identity', reason } });
