import { createKeys, type Keys } from './token/keys.ts';

/** The tenants, the host and the keys of Entra ID, as the APIs of a process share them. */
export type Entra = {
  /** The tenants whose users may call. The first one is the home tenant. */
  readonly tenantIds: readonly string[];

  /** The host of Entra ID. */
  readonly authorityHost: URL;

  /** The issuers and signing keys. */
  readonly keys: Keys;
};

/** The options of {@link createEntra}. */
export type EntraOptions = {
  /** The tenants whose users may call, as GUIDs. The first one is the home tenant. */
  readonly tenantIds: readonly string[];

  /** The host of Entra ID. Default: `https://login.microsoftonline.com`. */
  readonly authorityHost?: string | URL;

  /** Returns the time in milliseconds since 1970. Default: `Date.now`. */
  readonly now?: () => number;
};

/**
 * Creates the one object that all APIs and clients of a process share for Entra ID.
 *
 * @example
 * ```ts
 * const entra = createEntra({ tenantIds: ['c0705000-0000-4000-8000-000000000001'] });
 * ```
 */
export function createEntra({
  tenantIds,
  authorityHost = 'https://login.microsoftonline.com',
  now = Date.now,
}: EntraOptions): Entra {
  const host = new URL(authorityHost);
  return { tenantIds, authorityHost: host, keys: createKeys({ authorityHost: host, now }) };
}
