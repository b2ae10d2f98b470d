/** The shortest wait, in seconds. The user would not notice a shorter one. */
const minSeconds = 1;

/** The longest wait, in seconds. A longer value is reduced to it. */
const maxSeconds = 300;

/**
 * Reads a `Retry-After` header: seconds or an HTTP date (RFC 9110 §10.2.3).
 *
 * @param now the current time, in milliseconds since 1970
 * @returns seconds from 1 to 300, or `undefined` if there is no valid value
 *
 * @example
 * ```ts
 * readRetryAfter('120', Date.now()); // 120
 * ```
 */
export function readRetryAfter(value: string | null, now: number): number | undefined {
  const text = value?.trim() ?? '';
  if (text === '') return undefined;
  const seconds = /^\d+$/.test(text) ? Number(text) : Math.ceil((Date.parse(text) - now) / 1_000);
  if (Number.isNaN(seconds)) return undefined;
  return Math.min(maxSeconds, Math.max(minSeconds, seconds));
}
