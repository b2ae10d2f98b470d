import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';

const shared = fileURLToPath(new URL('../../../shared/', import.meta.url));
const files = readdirSync(shared, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts'))
  .map((name) => ({ name, lines: readFileSync(`${shared}${name}`, 'utf8').split('\n') }));

/** Lines that are neither blank nor a comment and nothing else. */
const isCode = (line: string) => !/^\s*(\/\/.*|\/?\*.*)?$/.test(line);

test('shared can be read in one sitting: 1,300 lines of code at most, and no file over 150 lines', () => {
  expect(files.length).toBeGreaterThan(30);
  const code = files.reduce((sum, { lines }) => sum + lines.filter(isCode).length, 0);
  expect(code).toBeLessThanOrEqual(1_300);
  expect(files.filter(({ lines }) => lines.length > 150).map(({ name }) => name)).toEqual([]);
});
