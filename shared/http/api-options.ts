/** Checks of the options of an API. JavaScript code passes them without types. */
import type { Entra } from '../entra.ts';
import { isGuid, isObject } from '../json.ts';

/**
 * Returns client ids as Entra ID writes them: in lower case. Claims are compared exactly.
 *
 * @param option The name of the option, at the start of the message.
 * @throws {TypeError} It is not a list, or one of its ids is not a GUID.
 *
 * @example
 * ```ts
 * const clientIds = readClientIds('clients', [spaClientId]);
 * ```
 */
export function readClientIds(option: string, ids: readonly string[]): readonly string[] {
  if (!Array.isArray(ids)) throw new TypeError(`${option} must be a list of client ids (GUIDs).`);
  const malformed = ids.find((id) => !isGuid(id));
  if (malformed !== undefined)
    throw new TypeError(`${option}: '${malformed}' is not a client id (a GUID).`);
  return ids.map((id) => id.toLowerCase());
}

/**
 * Requires exact web origins (RFC 6454 §6.2). Any other text would never equal the `Origin` header
 * of a request.
 *
 * @throws {TypeError} It is not a list, or it contains something else.
 *
 * @example
 * ```ts
 * requireOrigins(['https://shop.contoso.example']);
 * ```
 */
export function requireOrigins(origins: readonly string[]): void {
  if (!Array.isArray(origins)) throw new TypeError('origins must be a list of web origins.');
  const inexact = origins.find((text) => !isExactOrigin(text));
  if (inexact !== undefined)
    throw new TypeError(
      `origins: '${inexact}' is not an exact web origin, such as https://shop.contoso.example.`,
    );
}

/** Not `url.origin`: it is `null` for the schemes of apps, such as `capacitor://localhost`. */
function isExactOrigin(text: string): boolean {
  const url = URL.parse(text);
  if (!url || url.host === '' || url.host.includes('*')) return false;
  return `${url.protocol}//${url.host}` === text;
}

/**
 * Requires the object that `createEntra` returns.
 *
 * @throws {TypeError} It is something else, such as the options of `createEntra`.
 *
 * @example
 * ```ts
 * requireEntra(createEntra({ tenantIds: [tenantId] }));
 * ```
 */
export function requireEntra(entra: Entra): void {
  if (!isObject(entra) || entra.keys === undefined)
    throw new TypeError('entra must be what createEntra returns.');
}
