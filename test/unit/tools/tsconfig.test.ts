import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const tsc = join(root, 'node_modules/typescript/bin/tsc');

/** An editor uses the first tsconfig.json that it finds on the way up from a file. */
function findNearestConfig(file: string): string {
  for (let folder = dirname(file); folder !== '.'; folder = dirname(folder)) {
    const config = join(folder, 'tsconfig.json');
    if (existsSync(join(root, config))) return config;
  }
  return 'tsconfig.json';
}

function listIncludedFiles(config: string): readonly string[] {
  const output = execFileSync(process.execPath, [tsc, '--project', config, '--showConfig'], {
    cwd: root,
    encoding: 'utf8',
  });
  const { files = [] } = JSON.parse(output) as { files?: string[] };
  return files.map((file) => relative(root, join(root, dirname(config), file)));
}

const files = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
  cwd: root,
  encoding: 'utf8',
})
  .split('\n')
  .filter((file) => file.endsWith('.ts') && existsSync(join(root, file)));

test.each([...new Set(files.map(findNearestConfig))])(
  '%s includes every TypeScript file below it, so that editors find its settings',
  (config) => {
    const included = listIncludedFiles(config);
    const missing = files.filter(
      (file) => findNearestConfig(file) === config && !included.includes(file),
    );
    expect(missing).toEqual([]);
  },
);

test('npm run check reads every tsconfig.json', () => {
  const check = readFileSync(join(root, 'tools/check.ts'), 'utf8');
  for (const config of new Set(files.map(findNearestConfig))) expect(check).toContain(config);
});
