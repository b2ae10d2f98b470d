import { spawnSync } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from '@jest/globals';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const standIns = fileURLToPath(new URL('stand-ins/', import.meta.url));
const page = readFileSync(join(root, 'docs/spa.md'), 'utf8');

/** A code block of the page. Its file name follows the language: "```ts entra.ts". */
interface CodeBlock {
  readonly file: string;
  readonly code: string;
}

/** Returns the code blocks below a heading. */
function readBlocks(heading: string): readonly CodeBlock[] {
  const section = page.split(/^## /m).find((text) => text.startsWith(`${heading}\n`)) ?? '';
  const blocks = section.matchAll(/^```tsx? (\S+)\n(.*?)^```$/gms);
  return [...blocks].map(([, file = '', code = '']) => ({ file, code }));
}

const compilerOptions = {
  target: 'es2024',
  module: 'esnext',
  moduleResolution: 'bundler',
  lib: ['es2024', 'dom', 'dom.iterable'],
  types: [],
  jsx: 'react-jsx',
  strict: true,
  noUncheckedIndexedAccess: true,
  noUnusedLocals: true,
  skipLibCheck: true,
  allowImportingTsExtensions: true,
  noEmit: true,
  paths: { 'zero-trust-api/browser': [join(root, 'shared/browser/index.ts')] },
};

const frameworks = ['React', 'Angular', 'Vue'];
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'spa-recipes-'));
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  const types = readdirSync(standIns).map((name) => join(standIns, name));
  for (const framework of frameworks) {
    const blocks = [...readBlocks('Set it up'), ...readBlocks(framework)];
    const files = blocks.map(({ file }) => file);
    write(
      `${framework}/tsconfig.json`,
      JSON.stringify({ compilerOptions, files: [...types, ...files] }),
    );
    for (const { file, code } of blocks) write(`${framework}/${file}`, code);
  }
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

function write(path: string, text: string): void {
  mkdirSync(join(folder, dirname(path)), { recursive: true });
  writeFileSync(join(folder, path), text);
}

test.each(frameworks)('has a recipe for %s', (framework) => {
  expect(readBlocks(framework).length).toBeGreaterThan(0);
});

test.each(frameworks)('the recipe for %s compiles', (framework) => {
  const tsc = join(root, 'node_modules/typescript/bin/tsc');
  const { stdout } = spawnSync(process.execPath, [tsc, '--project', join(folder, framework)], {
    encoding: 'utf8',
  });
  expect(stdout).toBe('');
});
