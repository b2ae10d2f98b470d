import type { Row } from './measure.ts';

const markers = ['<!-- bench -->', '<!-- /bench -->'] as const;

/** The rows as a Markdown table: what was measured, here, elsewhere, the goal and whether it is met. */
export function writeTable(rows: readonly Row[]): string {
  const cells = rows.map(({ what, ours, peers = '', goal = '', met }) => [
    what,
    ours,
    peers,
    goal,
    met === undefined ? '' : met ? '✓ met' : '✗ missed',
  ]);
  return [['', 'here', 'peers', 'goal', ''], ['---', '---', '---', '---', '---'], ...cells]
    .map((row) => `| ${row.join(' | ')} |`)
    .join('\n');
}

/** Puts a text between the markers. @throws Error where a text has no markers */
export function putBetweenMarkers(text: string, put: string): string {
  const [begin, end] = markers.map((marker) => text.indexOf(marker)) as [number, number];
  if (begin < 0 || end < begin) throw new Error(`README.md lacks ${markers.join(' … ')}.`);
  return `${text.slice(0, begin + markers[0].length)}\n${put}\n${text.slice(end)}`;
}
