import { isGuid } from './json.ts';
import { isLoopback } from './loopback.ts';
import { createKeys, type Keys } from './token/keys.ts';

/** The tenants, the host and the keys of Entra ID, shared by all APIs of a process. */
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

  /**
   * The client id of an API whose tokens Entra ID signs with keys of its own, for example because
   * its registration maps claims
   * (https://learn.microsoft.com/entra/identity-platform/access-tokens#validate-the-signature).
   * The metadata is then fetched with `?appid=<client id>`.
   */
  readonly customSigningKeysFor?: string;

  /** Returns the time in milliseconds since 1970. Default: `Date.now`. */
  readonly now?: () => number;
};

/**
 * Creates the object for Entra ID that all APIs and clients of a process share.
 *
 * @throws {TypeError} An id is missing or not a GUID, or the authority uses plain http although it
 * is not on this machine.
 *
 * @example
 * ```ts
 * const entra = createEntra({ tenantIds: ['c0705000-0000-4000-8000-000000000001'] });
 * ```
 */
export function createEntra({
  tenantIds,
  authorityHost = 'https://login.microsoftonline.com',
  customSigningKeysFor,
  now = Date.now,
}: EntraOptions): Entra {
  if (!Array.isArray(tenantIds) || tenantIds.length === 0 || !tenantIds.every(isGuid))
    throw new TypeError('tenantIds must contain one or more tenant ids (GUIDs).');
  if (customSigningKeysFor !== undefined && !isGuid(customSigningKeysFor))
    throw new TypeError('customSigningKeysFor must be a client id (a GUID).');
  const host = URL.parse(String(authorityHost));
  if (!host || (host.protocol !== 'https:' && !isLoopback(host)))
    throw new TypeError(
      'authorityHost must be an https URL, such as https://login.microsoftonline.com.',
    );
  return {
    // Entra ID writes ids in lower case, and claims are compared exactly.
    tenantIds: tenantIds.map((id) => id.toLowerCase()),
    authorityHost: host,
    keys: createKeys({ authorityHost: host, customSigningKeysFor, now }),
  };
}
