const maxLineLength = 160;
const controlCharacters = /\p{C}+/gu;
/** The beginning of a base64url JSON object, with all segments that follow. */
const tokenLike = /\beyJ[\w\-+/=]{8,}(\.[\w\-+/=]*)*/g;

/**
 * Makes an untrusted value safe to print in a terminal: one line without control characters, with
 * everything that looks like a token replaced, and truncated after 160 characters.
 */
export function sanitize(value: unknown): string {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? String(value));
  const clean = text.replace(controlCharacters, ' ').replace(tokenLike, '[token]');
  return clean.length > maxLineLength ? `${clean.slice(0, maxLineLength)}…` : clean;
}

/** Lengths in seconds. */
const units = [
  { name: 'day', length: 86_400 },
  { name: 'hour', length: 3_600 },
  { name: 'minute', length: 60 },
  { name: 'second', length: 1 },
] as const;

/** A count above this needs no smaller unit: `3 days`, but `2 days 5 hours`. */
const preciseUpTo = 2;

/**
 * Formats a duration in at most two units: `52 minutes`, `1 hour 20 minutes`, `3 days`.
 * @param seconds the duration; its sign is ignored
 */
export function formatDuration(seconds: number): string {
  let remaining = Math.abs(Math.round(seconds));
  const parts: string[] = [];
  for (const { name, length } of units) {
    const count = Math.floor(remaining / length);
    remaining -= count * length;
    if (count > 0) parts.push(`${count} ${name}${count === 1 ? '' : 's'}`);
    if (count > preciseUpTo || parts.length === 2) break;
  }
  return parts.join(' ') || '0 seconds';
}

/**
 * Formats a time claim: `2026-11-22 17:15:00 UTC, in 52 minutes`.
 * @param time an untrusted value; a valid one is in seconds since 1970
 * @param now seconds since 1970
 */
export function formatTime(time: unknown, now: number): string {
  if (typeof time !== 'number') return `invalid time (${sanitize(time)})`;
  const date = new Date(time * 1_000);
  if (Number.isNaN(date.getTime())) return `invalid time (${sanitize(time)})`;
  const moment = date.toISOString().slice(0, 19).replace('T', ' ');
  const duration = formatDuration(time - now);
  return `${moment} UTC, ${time >= now ? `in ${duration}` : `${duration} ago`}`;
}

/** Formats a list as `a, b and c`; an empty one as `none`. */
export function formatList(items: readonly string[]): string {
  if (items.length < 2) return items[0] ?? 'none';
  return `${items.slice(0, -1).join(', ')} and ${items.at(-1)}`;
}

/** Formats a labelled line of an explanation. The values of all rows are aligned. */
export function formatRow(label: string, value: string): string {
  return `  ${label.padEnd(15)} ${value}`;
}
