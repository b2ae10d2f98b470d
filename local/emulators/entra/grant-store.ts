/** A store in memory for authorization codes and refresh tokens. It is empty after a restart. */
import { randomBytes } from 'node:crypto';
import type { ClaimsRequest } from './claims-request.ts';
import type { SignIn } from './conditional-access.ts';
import type { App, User } from './directory.ts';
import type { RequestedScopes } from './scopes.ts';

/** A user's sign-in at a client. */
export interface UserGrant {
  /** The app that the user signed in to. */
  readonly client: App;
  /** The user who signed in. */
  readonly user: User;
  /** How and when the user signed in. */
  readonly signIn: SignIn;
}

/** The grant behind an authorization code. */
export interface CodeGrant extends UserGrant {
  /** The redirect URI of the authorization request. The token request must repeat it. */
  readonly redirectUri: string;
  /** The S256 challenge of PKCE (RFC 7636). `undefined` for a client that sent none. */
  readonly codeChallenge: string | undefined;
  /** The value that the ID token repeats (OpenID Connect Core §3.1.2.1). */
  readonly nonce: string | undefined;
  /** The scopes of the authorization request. */
  readonly scopes: RequestedScopes;
  /** The claims of the authorization request. */
  readonly claimsRequest: ClaimsRequest;
}

/** The grant behind a refresh token. */
export interface RefreshGrant extends UserGrant {
  /** When the first refresh token of this sign-in was issued, in milliseconds since 1970. */
  readonly since: number;
  /** The resource that a refresh request without `scope` is for. */
  readonly resource: App;
  /** The OpenID Connect scopes that a refresh request without `scope` gets. */
  readonly oidc: readonly string[];
}

/** A grant and its state. */
export interface StoredGrant<Grant> {
  /** The grant itself. */
  readonly grant: Grant;
  /** Whether its lifetime has passed. */
  readonly isExpired: boolean;
  /** Whether a code was redeemed. Always `false` for a refresh token. */
  readonly isUsed: boolean;
}

/** Stores the grants of one kind. */
export interface GrantStore<Grant> {
  /** Stores a grant and returns the code or refresh token for it. */
  save(grant: Grant): string;
  /** Returns the grant of a code or refresh token, or `undefined` for an unknown one. */
  find(handle: string): StoredGrant<Grant> | undefined;
  /**
   * Marks a code as redeemed. Refresh tokens stay valid, because two tabs can have the same one.
   */
  markUsed(handle: string): void;
}

const maxGrants = 10_000;

/**
 * Creates a store. Beyond 10,000 grants the oldest are dropped.
 * @param prefix The first characters of each code or refresh token.
 * @param lifetimeMs How long a grant is valid, in milliseconds.
 */
export function createGrantStore<Grant>(
  prefix: string,
  lifetimeMs: number,
  now: () => number,
): GrantStore<Grant> {
  const entries = new Map<string, { grant: Grant; savedAt: number; isUsed: boolean }>();
  return {
    save: (grant) => {
      const handle = `${prefix}${randomBytes(48).toString('base64url')}`;
      entries.set(handle, { grant, savedAt: now(), isUsed: false });
      const [oldest] = entries.keys();
      if (entries.size > maxGrants && oldest) entries.delete(oldest);
      return handle;
    },
    find: (handle) => {
      const entry = entries.get(handle);
      if (!entry) return undefined;
      const { grant, savedAt, isUsed } = entry;
      return { grant, isUsed, isExpired: now() - savedAt > lifetimeMs };
    },
    markUsed: (handle) => {
      const entry = entries.get(handle);
      if (entry) entry.isUsed = true;
    },
  };
}
