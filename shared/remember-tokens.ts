import { Denial } from './denial.ts';
import { createHolder, type Holder } from './holder.ts';
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

/**
 * Asks once for however many want a token for the same scope, gives up after 3 s, and asks again, beside the calls,
 * from 5 minutes before a token expires. A failure is told to those who waited and not kept.
 */
export function rememberTokens(ask: (scope: string, signal: AbortSignal) => Promise<IdentityToken>, now = Date.now) {
  const held = new Map<string, Holder<IdentityToken>>();

  async function askInTime(scope: string): Promise<IdentityToken> {
    const signal = AbortSignal.timeout(deadline);
    return within(signal, ask(scope, signal)).catch((error: unknown) => {
      throw signal.aborted ? new Denial('unavailable', { facts: { check: 'managed-identity', reason: 'no answer in time' } }) : error;
    });
  }

  const hold = (scope: string) =>
    createHolder({
      load: () => askInTime(scope),
      isUsable: ({ expiresOnTimestamp }) => now() < expiresOnTimestamp,
      isStale: ({ expiresOnTimestamp }) => now() >= expiresOnTimestamp - early,
      now,
    });

  return {
    async getToken(scopes: string | string[]): Promise<IdentityToken> {
      const scope = String(scopes);
      const holder = held.get(scope) ?? hold(scope);
      held.set(scope, holder);
      return holder.get();
    },
  };
}
