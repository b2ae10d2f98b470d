import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** Lists the files of the repository, tracked or new, below some folders. */
function listFiles(...paths: readonly string[]): readonly string[] {
  const args = ['ls-files', '--cached', '--others', '--exclude-standard', '--', ...paths];
  const output = execFileSync('git', args, { cwd: root, encoding: 'utf8' });
  return output.split('\n').filter((path) => path !== '');
}

describe('ARCHITECTURE.md', () => {
  const folders = ['shared', 'original-api', 'downstream-api'];
  const sources = listFiles(...folders).filter((path) => path.endsWith('.ts'));
  const named = readTree().filter((path) => path.endsWith('.ts'));

  test.each(folders)('names every file of %s', (folder) => {
    const missing = sources.filter(
      (path) => path.startsWith(`${folder}/`) && !named.includes(path),
    );
    expect(missing).toEqual([]);
  });

  test('names only files that exist', () => {
    expect(named.filter((path) => !sources.includes(path))).toEqual([]);
  });
});

/** Reads the paths from the tree: two spaces of indentation per level, a name, a description. */
function readTree(): readonly string[] {
  const text = readFileSync(join(root, 'ARCHITECTURE.md'), 'utf8');
  const [, tree = ''] = /^```\n(.*?)^```/ms.exec(text) ?? [];
  const paths: string[] = [];
  const parents: string[] = [];
  for (const line of tree.split('\n')) {
    const [, indentation = '', name = ''] = /^( *)(\S+)/.exec(line) ?? [];
    if (name === '') continue;
    const level = indentation.length / 2;
    parents.length = level;
    const path = join(...parents, name);
    if (name.endsWith('/')) parents.push(name);
    else paths.push(path);
  }
  return paths;
}

describe('the text of the repository', () => {
  const maxColumns = 100;
  const texts = listFiles().filter((path) =>
    /\.(ts|js|css|html|bicep|bicepparam|md|ya?ml)$|^\.ci\/run$/.test(path),
  );

  test('has at most 100 columns, except for URLs and table rows', () => {
    const isExempt = (line: string) => /https?:\/\//.test(line) || line.startsWith('|');
    const wide = texts.flatMap((path) =>
      readLines(path)
        .map((line, index) => ({ line, position: `${path}:${index + 1}` }))
        .filter(({ line }) => [...line].length > maxColumns && !isExempt(line))
        .map(({ position }) => position),
    );
    expect(wide).toEqual([]);
  });

  test('has Markdown pages whose relative links lead to files', () => {
    const pages = texts.filter((path) => path.endsWith('.md'));
    const broken = pages.flatMap((page) =>
      [...readFileSync(join(root, page), 'utf8').matchAll(/\]\((?!https?:|#)([^)#\s]+)/g)]
        .map(([, target = '']) => join(dirname(page), target))
        .filter((target) => listFiles(target).length === 0),
    );
    expect(broken).toEqual([]);
  });
});

function readLines(path: string): readonly string[] {
  return readFileSync(join(root, path), 'utf8').split('\n');
}
