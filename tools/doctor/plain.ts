/** Values that came from outside, in words that are safe and easy to read in a terminal. */

/** One line without control characters, at most 160 characters, and nothing in it that looks like a token. */
export function plain(value: unknown): string {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? String(value));
  const clean = text
    .replace(/\p{C}+/gu, ' ')
    .replace(/\beyJ[\w\-+/=]{8,}(\.[\w\-+/=]*)*/g, '[a token]');
  return clean.length > 160 ? `${clean.slice(0, 160)}…` : clean;
}

const units = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
  ['second', 1],
] as const;

/** `52 minutes`, `1 hour 20 minutes`, `3 days`: the largest unit that fits, and the next where the first is few. */
export function describeSpan(seconds: number): string {
  let rest = Math.abs(Math.round(seconds));
  const words: string[] = [];
  for (const [unit, length] of units) {
    const count = Math.floor(rest / length);
    rest -= count * length;
    if (count > 0) words.push(`${count} ${unit}${count === 1 ? '' : 's'}`);
    if (count > 2 || words.length === 2) break;
  }
  return words.join(' ') || '0 seconds';
}

/** `2026-11-22 17:15:00 UTC, in 52 minutes`; `now` and `at` in seconds since 1970. What is no time is called that. */
export function describeTime(at: unknown, now: number): string {
  const date = typeof at === 'number' ? new Date(at * 1_000) : undefined;
  if (typeof at !== 'number' || !date || Number.isNaN(date.getTime()))
    return `no time (${plain(at)})`;
  const moment = date.toISOString().slice(0, 19).replace('T', ' ');
  const span = describeSpan(at - now);
  return `${moment} UTC, ${at >= now ? `in ${span}` : `${span} ago`}`;
}

/** `a, b and c`. */
export function listOf(words: readonly string[]): string {
  return words.length < 2
    ? (words[0] ?? 'none')
    : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;
}
