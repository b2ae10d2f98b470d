import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';

const styles = readFileSync(
  new URL('../../../../client-app/ui/styles.css', import.meta.url),
  'utf8',
);
const roots = [...styles.matchAll(/:root \{([^}]*)\}/g)].map((match) =>
  readColours(match[1] ?? ''),
);
const schemes = [
  ['light', roots[0] ?? {}],
  ['dark', roots[1] ?? {}],
] as const;

function readColours(rule: string): Readonly<Record<string, string>> {
  return Object.fromEntries(
    [...rule.matchAll(/--([\w-]+): (#[0-9a-f]{6});/g)].map(([, name, value]) => [name, value]),
  );
}

/** Relative luminance and contrast as WCAG 2.2 defines them (https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio). */
function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(one = '', other = ''): number {
  const [bright = 0, dark = 0] = [luminance(one), luminance(other)].sort((a, b) => b - a);
  return (bright + 0.05) / (dark + 0.05);
}

const texts = [
  ...['ground', 'surface', 'raised'].flatMap((ground) =>
    ['text', 'muted'].map((text) => [text, ground]),
  ),
  ...['accent', 'good', 'bad', 'a', 'b'].map((text) => [text, 'surface']),
  ['accent', 'ground'],
  ['accent', 'accent-soft'],
  ['on-accent', 'accent'],
  ['on-accent', 'accent-strong'],
  ['surface', 'a'],
  ['surface', 'b'],
  ['surface', 'bad'],
  ['ground', 'text'],
  ['a', 'a-soft'],
  ['b', 'b-soft'],
  ['warn', 'warn-soft'],
  ['text', 'warn-soft'],
  ['text', 'bad-soft'],
  ['muted', 'bad-soft'],
] as const;

const edges = [
  ['field-line', 'surface'],
  ['field-line', 'ground'],
  ['accent', 'surface'],
  ['warn', 'warn-soft'],
  ['bad', 'bad-soft'],
] as const;

test.each(schemes)('in the %s scheme every text can be read: 4.5:1 at least', (_name, colours) => {
  for (const [text = '', ground = ''] of texts) {
    expect({ text, ground, enough: contrast(colours[text], colours[ground]) >= 4.5 }).toEqual({
      text,
      ground,
      enough: true,
    });
  }
});

test.each(schemes)(
  'in the %s scheme every edge that tells something can be seen: 3:1 at least',
  (_name, colours) => {
    for (const [edge, ground] of edges) {
      expect({ edge, ground, enough: contrast(colours[edge], colours[ground]) >= 3 }).toEqual({
        edge,
        ground,
        enough: true,
      });
    }
  },
);

test('both schemes name the same colours', () => {
  const [light = {}, dark = {}] = roots;
  expect(Object.keys(dark)).toEqual(Object.keys(light));
  expect(Object.keys(light).length).toBeGreaterThan(15);
});
