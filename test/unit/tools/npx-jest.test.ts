import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';

const root = fileURLToPath(new URL('../../../', import.meta.url));

test('jest runs a test file without further flags, as `npx jest PATH` starts it', () => {
  const { status, stderr } = spawnSync(
    process.execPath,
    ['node_modules/jest/bin/jest.js', 'test/unit/local/teardown.test.ts'],
    { cwd: root, encoding: 'utf8' },
  );
  expect(stderr).toContain('PASS test/unit/local/teardown.test.ts');
  expect(status).toBe(0);
});
