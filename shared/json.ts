const utf8 = new TextDecoder('utf-8', { fatal: true });

/** What is read here may be written again, and the JSON of 10,000 lists in lists can be read and not be written. */
const deepest = 32;

/** JSON (RFC 8259) in UTF-8 of at most 32 levels; `undefined` for anything else. */
export function parseJson(bytes: ArrayBuffer | Uint8Array): unknown {
  try {
    const value: unknown = JSON.parse(utf8.decode(bytes));
    return isDeeper(value, deepest) ? undefined : value;
  } catch {
    return undefined;
  }
}

const isDeeper = (value: unknown, levels: number): boolean =>
  typeof value === 'object' &&
  value !== null &&
  (levels === 0 || Object.values(value).some((inner) => isDeeper(inner, levels - 1)));

export type JsonObject = Readonly<Record<string, unknown>>;

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export const isText = (value: unknown): value is string =>
  typeof value === 'string' && value !== '';

const guid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

export const isGuid = (value: unknown): value is string =>
  typeof value === 'string' && guid.test(value);

const asObject = (value: unknown) => (isObject(value) ? value : undefined);

/** A JSON object, or `undefined` for anything else. */
export const readJsonObject = (bytes: Uint8Array) => asObject(parseJson(bytes));
