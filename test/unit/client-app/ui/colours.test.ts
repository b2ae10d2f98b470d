import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';

type Colours = Readonly<Record<string, string>>;

const styles = readFileSync(
  new URL('../../../../client-app/ui/styles.css', import.meta.url),
  'utf8',
);
const [light = {}, dark = {}] = Array.from(styles.matchAll(/:root \{([^}]*)\}/g), (match) =>
  readColours(match[1] ?? ''),
);

function readColours(rule: string): Colours {
  const declarations = rule.matchAll(/--([\w-]+): (#[0-9a-f]{6});/g);
  return Object.fromEntries(Array.from(declarations, ([, name, value]) => [name, value]));
}

/** Relative luminance (https://www.w3.org/TR/WCAG22/#dfn-relative-luminance). */
function luminance(colour: string): number {
  return (
    0.2126 * linearChannel(colour.slice(1, 3)) +
    0.7152 * linearChannel(colour.slice(3, 5)) +
    0.0722 * linearChannel(colour.slice(5, 7))
  );
}

function linearChannel(hex: string): number {
  const channel = Number.parseInt(hex, 16) / 255;
  return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4;
}

/** Contrast ratio (https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio). */
function contrast(colours: Colours, foreground: string, background: string): number {
  const a = luminance(colours[foreground] ?? '');
  const b = luminance(colours[background] ?? '');
  return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
}

const textPairs = [
  { text: 'text', background: 'ground' },
  { text: 'text', background: 'surface' },
  { text: 'text', background: 'raised' },
  { text: 'muted', background: 'ground' },
  { text: 'muted', background: 'surface' },
  { text: 'muted', background: 'raised' },
  { text: 'accent', background: 'surface' },
  { text: 'good', background: 'surface' },
  { text: 'bad', background: 'surface' },
  { text: 'a', background: 'surface' },
  { text: 'b', background: 'surface' },
  { text: 'accent', background: 'ground' },
  { text: 'accent', background: 'accent-soft' },
  { text: 'on-accent', background: 'accent' },
  { text: 'on-accent', background: 'accent-strong' },
  { text: 'surface', background: 'a' },
  { text: 'surface', background: 'b' },
  { text: 'surface', background: 'bad' },
  { text: 'ground', background: 'text' },
  { text: 'a', background: 'a-soft' },
  { text: 'b', background: 'b-soft' },
  { text: 'warn', background: 'warn-soft' },
  { text: 'text', background: 'warn-soft' },
  { text: 'text', background: 'bad-soft' },
  { text: 'muted', background: 'bad-soft' },
];

const borderPairs = [
  { border: 'field-line', background: 'surface' },
  { border: 'field-line', background: 'ground' },
  { border: 'accent', background: 'surface' },
  { border: 'warn', background: 'warn-soft' },
  { border: 'bad', background: 'bad-soft' },
];

test.each(textPairs)(
  'text $text on $background has a contrast of 4.5:1 in the light scheme',
  ({ text, background }) => {
    expect(contrast(light, text, background)).toBeGreaterThanOrEqual(4.5);
  },
);

test.each(textPairs)(
  'text $text on $background has a contrast of 4.5:1 in the dark scheme',
  ({ text, background }) => {
    expect(contrast(dark, text, background)).toBeGreaterThanOrEqual(4.5);
  },
);

test.each(borderPairs)(
  'border $border on $background has a contrast of 3:1 in the light scheme',
  ({ border, background }) => {
    expect(contrast(light, border, background)).toBeGreaterThanOrEqual(3);
  },
);

test.each(borderPairs)(
  'border $border on $background has a contrast of 3:1 in the dark scheme',
  ({ border, background }) => {
    expect(contrast(dark, border, background)).toBeGreaterThanOrEqual(3);
  },
);

test('both schemes define the same colours', () => {
  expect(Object.keys(dark)).toEqual(Object.keys(light));
  expect(Object.keys(light).length).toBeGreaterThan(15);
});
