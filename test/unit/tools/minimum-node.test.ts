import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';
import { describeOldNode, minimumNode } from '../../../shared/node-version.ts';
import * as tools from '../../../tools/minimum-node.js';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const read = (file: string) => readFileSync(`${root}${file}`, 'utf8');

test('package.json, the apps, the tools, the bundles and the README state one minimum', () => {
  expect(JSON.parse(read('package.json')).engines.node).toBe(`>=${minimumNode}`);
  expect(tools.minimumNode).toBe(minimumNode);
  expect(read('tools/packaging/bundle-api.ts')).toContain(`target: 'node${minimumNode}'`);
  expect(read('README.md')).toContain(minimumNode);
});

test.each([
  { version: '20.20.2', isSupported: false },
  { version: '22.17.1', isSupported: false },
  { version: '22.18.0', isSupported: true },
  { version: '24.0.0', isSupported: true },
])('Node $version is supported: $isSupported', ({ version, isSupported }) => {
  expect(describeOldNode(version) === undefined).toBe(isSupported);
  expect(tools.isNewEnough(version)).toBe(isSupported);
});

test('the message for an old Node names the version that is needed', () => {
  expect(describeOldNode('20.20.2')).toBe(
    'Node 22.18 or newer is required, but this is Node 20.20.2. ' +
      'Install Node 24 and put it first on the PATH.',
  );
});

test.each(['original-api', 'downstream-api'])(
  '%s checks Node before it loads anything else',
  (api) => {
    expect(read(`${api}/functions.ts`)).toMatch(/^import '\.\.\/shared\/check-node\.ts';\n/);
  },
);

test.each(['shared/check-node.ts', 'jest.config.js'])(
  '%s ends on an old Node with one line that names the Node it needs',
  (file) => {
    const reportNode20 =
      'data:text/javascript,Object.defineProperty(process,"versions",' +
      '{value:{...process.versions,node:"20.20.2"}})';
    const { status, stderr } = spawnSync(
      process.execPath,
      ['--disable-warning=ExperimentalWarning', '--import', reportNode20, `${root}${file}`],
      { encoding: 'utf8' },
    );
    expect(status).toBe(1);
    expect(stderr).toMatch(/^[^\n]*Node 22\.18 or newer[^\n]*Node 20\.20\.2[^\n]*\n$/);
  },
);
