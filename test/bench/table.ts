/** One row of the table of results. */
export interface Row {
  /** What was measured. */
  readonly measurement: string;
  readonly result: string;
  /** What other libraries need for the same. */
  readonly peers?: string;
  readonly goal?: string;
  /** Absent when the row has no goal, or when the result could not be measured. */
  readonly isMet?: boolean;
}

const beginMarker = '<!-- bench -->';
const endMarker = '<!-- /bench -->';

/** Writes the rows as a Markdown table. */
export function writeTable(rows: readonly Row[]): string {
  const header = ['Measurement', 'This repository', 'Peers', 'Goal', ''];
  const separator = header.map(() => '---');
  const cells = rows.map(({ measurement, result, peers = '', goal = '', isMet }) => [
    measurement,
    result,
    peers,
    goal,
    formatVerdict(isMet),
  ]);
  return [header, separator, ...cells].map((row) => `| ${row.join(' | ')} |`).join('\n');
}

function formatVerdict(isMet: boolean | undefined): string {
  if (isMet === undefined) return '';
  return isMet ? '✓ met' : '✗ missed';
}

/**
 * Replaces the text between the markers `<!-- bench -->` and `<!-- /bench -->`.
 * @throws {Error} when the markers are missing.
 */
export function replaceBetweenMarkers(text: string, replacement: string): string {
  const begin = text.indexOf(beginMarker);
  const end = text.indexOf(endMarker);
  if (begin < 0 || end < begin)
    throw new Error(`README.md has no markers ${beginMarker} … ${endMarker}. Add them.`);
  const before = text.slice(0, begin + beginMarker.length);
  return `${before}\n${replacement}\n${text.slice(end)}`;
}

/** Formats a ratio such as `2.53 ×` or `518 ×`. */
export const formatRatio = (ratio: number): string =>
  `${ratio < 10 ? ratio.toFixed(2) : ratio.toFixed(0)} ×`;

/** Formats a duration in microseconds such as `0.7 µs`, `484 µs` or `60 ms`. */
export function formatMicroseconds(microseconds: number): string {
  if (microseconds >= 10_000) return `${(microseconds / 1_000).toFixed(0)} ms`;
  return `${microseconds.toFixed(microseconds >= 100 ? 0 : 1)} µs`;
}
