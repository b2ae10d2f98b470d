import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** Example code from a docstring or a Markdown file. */
export interface Example {
  /** The file with the example, relative to the root of the repository. */
  readonly file: string;
  /** The number of the code's first line in that file, from 1. */
  readonly line: number;
  /** The code. */
  readonly code: string;
}

/** Lists the TypeScript files of a folder, relative to the root of the repository. */
export function listSources(folder: string): readonly string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => join(folder, name))
    .sort();
}

/** Reads the `@example` blocks of the docstrings in a source file. */
export function readDocstringExamples(file: string): readonly Example[] {
  const source = readFileSync(join(root, file), 'utf8');
  return [...source.matchAll(/\/\*\*.*?\*\//gs)].flatMap(({ 0: docstring, index }) => {
    const lines = docstring
      .replace(/\s*\*\/$/, '')
      .split('\n')
      .map((line) => line.replace(/^\s*(\/\*\*|\*) ?/, ''));
    const firstLine = lineAt(source, index);
    return lines.flatMap((line, tag) => {
      if (!line.startsWith('@example')) return [];
      const end = lines.findIndex((other, at) => at > tag && other.startsWith('@'));
      const body = lines.slice(tag + 1, end === -1 ? undefined : end);
      const example = { file, line: firstLine + tag + 1, code: body.join('\n') };
      const fenced = readFences(example);
      return fenced.length > 0 ? fenced : [example];
    });
  });
}

/** Reads the TypeScript code blocks of a Markdown file. */
export function readMarkdownExamples(file: string): readonly Example[] {
  return readFences({ file, line: 1, code: readFileSync(join(root, file), 'utf8') });
}

function readFences({ file, line, code }: Example): readonly Example[] {
  return [...code.matchAll(/^```ts\n(.*?)^```$/gms)].map((fence) => ({
    file,
    line: line + lineAt(code, fence.index),
    code: fence[1] ?? '',
  }));
}

/** The number of the line with this character, from 1. */
function lineAt(text: string, index: number): number {
  return text.slice(0, index).split('\n').length;
}
