/** Seconds from a Retry-After of seconds or an HTTP date (RFC 9110 §10.2.3); `undefined` for nonsense. */
export function readRetryAfter(value: string | undefined, now: number = Date.now()): number | undefined {
  if (value === undefined) return undefined;
  const seconds = /^\d+$/.test(value.trim()) ? Number(value) : Math.ceil((Date.parse(value) - now) / 1_000);
  return Number.isFinite(seconds) && seconds >= 0 ? seconds : undefined;
}
