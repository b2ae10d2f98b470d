import type { TokenCredential } from '@azure/core-auth';
import { ApiError } from '../api-error.ts';
import type { Call } from '../http/call.ts';
import { decodeClaims } from '../http/read-challenge.ts';
import { reveal } from '../redacted.ts';
import type { ExchangeCache } from './exchange-cache.ts';

/** The part of a call that a request on behalf of its user needs. */
export type UserCall = Pick<Call, 'caller' | 'trace' | 'signal' | 'addLogContext'>;

/**
 * Creates a credential for clients of the Azure SDK that act as the user of a call. Tokens come
 * from the cache, except for the token that answers a claims challenge.
 *
 * The exchange always goes to the tenant of the user. The option `tenantId` has no effect.
 *
 * @throws {ApiError} from `getToken`: the refusal of Entra, `bad_gateway` if the claims of a
 * challenge are malformed, or `timeout` when the call or the request is aborted
 * @throws TypeError from `getToken` if the client names no scope
 * @example
 * ```ts
 * const credential = createUserCredential(cache, call);
 * const tables = new TableClient(url, 'orders', credential);
 * ```
 */
export function createUserCredential(cache: ExchangeCache, call: UserCall): TokenCredential {
  return {
    async getToken(scopeOrScopes, { claims, abortSignal } = {}) {
      const scopes = typeof scopeOrScopes === 'string' ? [scopeOrScopes] : scopeOrScopes;
      // For no scope, Entra issues a token for Microsoft Graph, which the client sends elsewhere.
      if (scopes.length === 0 || scopes.includes(''))
        throw new TypeError('The client of the Azure SDK requests a token for no scope.');
      const request = {
        caller: call.caller,
        scopes,
        correlationId: call.trace.correlationId,
        claims: claims ? readClaims(claims) : undefined,
      };
      const signal =
        abortSignal instanceof AbortSignal
          ? AbortSignal.any([call.signal, abortSignal])
          : call.signal;
      const { token, expiresOnTimestamp, cached } = await cache.exchange(request, signal);
      if (claims) call.addLogContext({ exchange: 'repeated for a claims challenge' });
      else call.addLogContext({ exchange: cached ? 'cached' : 'made' });
      return { token: reveal(token), expiresOnTimestamp };
    },
  };
}

/** Reads the claims of a challenge, which the Azure clients pass as JSON or in base64. */
function readClaims(text: string): object {
  const claims = decodeClaims(text);
  if (claims) return claims;
  // Without the claims, the exchange would return the token that was just rejected.
  throw new ApiError('bad_gateway', { logContext: { check: 'challenge', reason: 'no claims' } });
}
