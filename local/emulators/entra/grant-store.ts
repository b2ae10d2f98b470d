/** Codes and refresh tokens: random strings to the client, facts to Entra. Kept in memory, gone with the emulators. */
import { randomBytes } from 'node:crypto';
import type { ClaimsRequest } from './claims-request.ts';
import type { SignInFacts } from './conditional-access.ts';
import type { App, User } from './directory.ts';
import type { AskedScopes } from './scopes.ts';

/** A user's sign-in at a client: what every later token of it builds on. */
export interface UserGrant {
  readonly client: App;
  readonly user: User;
  readonly signIn: SignInFacts;
}

export interface CodeGrant extends UserGrant {
  readonly redirectUri: string;
  readonly codeChallenge: string | undefined;
  readonly nonce: string | undefined;
  readonly scopes: AskedScopes;
  readonly asked: ClaimsRequest;
}

export interface RefreshGrant extends UserGrant {
  /** When the first refresh token of this chain was made, in milliseconds since 1970. */
  readonly since: number;
  readonly resource: App;
  readonly oidc: readonly string[];
}

/** A code is read once; a refresh token stays good after its use, as at the real Entra, since two tabs may hold the same one. */
export interface KeptGrants<Grant> {
  keep(grant: Grant): string;
  read(handle: string):
    | {
        readonly grant: Grant;
        readonly keptAt: number;
        readonly expired: boolean;
        readonly used: boolean;
      }
    | undefined;
  markUsed(handle: string): void;
}

const mostKept = 10_000;

/** `lifetime` in milliseconds; beyond 10,000 the oldest are forgotten. */
export function createKeptGrants<Grant>(
  prefix: string,
  lifetime: number,
  now: () => number,
): KeptGrants<Grant> {
  const kept = new Map<string, { grant: Grant; keptAt: number; used: boolean }>();
  return {
    keep: (grant) => {
      const handle = `${prefix}${randomBytes(48).toString('base64url')}`;
      kept.set(handle, { grant, keptAt: now(), used: false });
      const [oldest] = kept.keys();
      if (kept.size > mostKept && oldest) kept.delete(oldest);
      return handle;
    },
    read: (handle) => {
      const entry = kept.get(handle);
      return entry && { ...entry, expired: now() - entry.keptAt > lifetime };
    },
    markUsed: (handle) => {
      const entry = kept.get(handle);
      if (entry) entry.used = true;
    },
  };
}
