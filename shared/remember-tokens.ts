import { Denial } from './denial.ts';
import { within } from './http/budget.ts';

/** A token and its expiry in milliseconds since 1970: `AccessToken` of @azure/core-auth. */
export interface IdentityToken {
  readonly token: string;
  readonly expiresOnTimestamp: number;
}

/** `TokenCredential` of @azure/core-auth, as the Azure clients take it. */
export type IdentityCredential = ReturnType<typeof rememberTokens>;

/** Milliseconds for one request. */
export const deadline = 3_000;
const early = 5 * 60_000;
const none: IdentityToken = { token: '', expiresOnTimestamp: 0 };

/**
 * Asks once for however many want a token for the same scope, gives up after 3 s, and asks again, beside the calls,
 * from 5 minutes before a token expires. A failure is told to those who waited and not kept.
 */
export function rememberTokens(ask: (scope: string, signal: AbortSignal) => Promise<IdentityToken>, now = Date.now) {
  const held = new Map<string, IdentityToken>();
  const asking = new Map<string, Promise<IdentityToken>>();

  async function askFor(scope: string): Promise<IdentityToken> {
    const signal = AbortSignal.timeout(deadline);
    const token = await within(signal, ask(scope, signal)).catch((error: unknown) => {
      throw signal.aborted ? new Denial('unavailable', { facts: { check: 'managed-identity', reason: 'no answer in time' } }) : error;
    });
    held.set(scope, token);
    return token;
  }

  return {
    async getToken(scopes: string | string[]): Promise<IdentityToken> {
      const scope = String(scopes);
      const known = held.get(scope) ?? none;
      const left = known.expiresOnTimestamp - now();
      if (left > early) return known;
      const answer = asking.get(scope) ?? askFor(scope).finally(() => asking.delete(scope));
      asking.set(scope, answer);
      if (left <= 0) return answer;
      // Still good: nobody waits for the next one, and nobody suffers when it cannot be had yet.
      answer.catch(() => {});
      return known;
    },
  };
}
