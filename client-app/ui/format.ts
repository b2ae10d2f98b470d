const secondsPerMinute = 60;
const secondsPerHour = 3_600;
const secondsPerDay = 86_400;

/** The largest unit that fits a number of seconds. */
function chooseUnit(seconds: number): {
  readonly unit: Intl.RelativeTimeFormatUnit;
  readonly length: number;
} {
  if (seconds >= secondsPerDay) return { unit: 'day', length: secondsPerDay };
  if (seconds >= secondsPerHour) return { unit: 'hour', length: secondsPerHour };
  return { unit: 'minute', length: secondsPerMinute };
}

/**
 * A date relative to now, such as "3 hours ago", "in 50 minutes" or "just now". More than a week
 * away, it is the date itself.
 */
export function formatAgo(date: Date, now: Date = new Date()): string {
  const seconds = (date.getTime() - now.getTime()) / 1000;
  if (!Number.isFinite(seconds)) return 'at an unknown time';
  if (Math.abs(seconds) < 45) return 'just now';
  if (Math.abs(seconds) > 7 * secondsPerDay)
    return date.toLocaleDateString('en', { dateStyle: 'medium' });
  const { unit, length } = chooseUnit(Math.abs(seconds));
  const format = new Intl.RelativeTimeFormat('en', { numeric: 'auto' });
  return format.format(Math.round(seconds / length), unit);
}

/** The start and the end of a GUID, which are enough to tell two apart. */
export function shorten(id: string): string {
  return id.length > 16 ? `${id.slice(0, 8)}…${id.slice(-4)}` : id;
}

/** The initials of the first and the last name, or `?`. */
export function initials(name: string): string {
  const names = name.trim().split(/\s+/);
  const first = firstLetter(names[0]);
  const last = names.length > 1 ? firstLetter(names.at(-1)) : '';
  return `${first}${last}`.toUpperCase() || '?';
}

/** The first code point, which may be two UTF-16 code units. */
function firstLetter(text = ''): string {
  return Array.from(text)[0] ?? '';
}
