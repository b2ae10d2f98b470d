const guid = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i;

/**
 * Reads object ids from a text, which may be a pasted list. White space, commas and semicolons
 * separate them.
 * @returns the ids in lower case without duplicates, and the other words of the text
 */
export function parseObjectIds(text: string): {
  readonly ids: readonly string[];
  readonly rest: readonly string[];
} {
  const words = text.split(/[\s,;]+/).filter((word) => word !== '');
  const ids = words.filter((word) => guid.test(word)).map((id) => id.toLowerCase());
  return { ids: [...new Set(ids)], rest: words.filter((word) => !guid.test(word)) };
}
