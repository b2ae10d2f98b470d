/** A JSON object whose members have not been checked. */
export type JsonObject = Readonly<Record<string, unknown>>;

/**
 * The most levels of nesting that are accepted. `JSON.parse` reads 10,000 nested arrays, but
 * `JSON.stringify` overflows the stack when it writes them.
 */
const maxDepth = 32;

const utf8 = new TextDecoder('utf-8', { fatal: true });

const guidPattern = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/**
 * Parses JSON (RFC 8259) in UTF-8 with at most 32 levels of nesting. Returns `undefined` for
 * anything else.
 *
 * @example
 * ```ts
 * const value = parseJson(await request.arrayBuffer());
 * ```
 */
export function parseJson(bytes: ArrayBuffer | Uint8Array): unknown {
  try {
    const value: unknown = JSON.parse(utf8.decode(bytes));
    return isDeeperThan(maxDepth, value) ? undefined : value;
  } catch {
    return undefined;
  }
}

function isDeeperThan(levels: number, value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (levels === 0) return true;
  return Object.values(value).some((member) => isDeeperThan(levels - 1, member));
}

/**
 * Parses a JSON object like {@link parseJson}. Returns `undefined` for anything else, including
 * other JSON values.
 *
 * @example
 * ```ts
 * const document = readJsonObject(response.body);
 * ```
 */
export function readJsonObject(bytes: Uint8Array): JsonObject | undefined {
  const value = parseJson(bytes);
  return isObject(value) ? value : undefined;
}

/**
 * Whether a value is an object and neither `null` nor an array.
 *
 * @example
 * ```ts
 * isObject(JSON.parse('{}')); // true
 * ```
 */
export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * Whether a value is a string of at least one character.
 *
 * @example
 * ```ts
 * isNonEmptyString(''); // false
 * ```
 */
export const isNonEmptyString = (value: unknown): value is string =>
  typeof value === 'string' && value !== '';

/**
 * Whether a value is a GUID in its usual form, without braces, in upper or lower case.
 *
 * @example
 * ```ts
 * isGuid('a11ce000-0000-4000-8000-000000000001'); // true
 * ```
 */
export const isGuid = (value: unknown): value is string =>
  typeof value === 'string' && guidPattern.test(value);
