import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';

const root = fileURLToPath(new URL('../../../', import.meta.url));

function run(program: string, arg: string) {
  return spawnSync(process.execPath, [`${root}${program}`, arg], { encoding: 'utf8' });
}

describe.each([
  'local/doctor.ts',
  'local/policy.ts',
  'local/start.ts',
  'local/token.ts',
  'test/bench/bench.ts',
  'test/soak/soak.ts',
  'tools/architecture.ts',
  'tools/attack.ts',
  'tools/build.ts',
  'tools/capacity.ts',
  'tools/check.ts',
  'tools/package.ts',
])('%s', (program) => {
  test('--help prints the usage and the options on stdout with exit code 0', () => {
    const { status, stdout, stderr } = run(program, '--help');
    expect(status).toBe(0);
    expect(stdout).toMatch(/^Usage: npm /);
    expect(stdout).toMatch(/^Options:\n/m);
    expect(stderr).toBe('');
  });

  test('a wrong option prints one line and the usage on stderr with exit code 2', () => {
    const { status, stdout, stderr } = run(program, '--wrong-option');
    expect(status).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toMatch(/^Unknown option '--wrong-option'\.\nUsage: npm /);
    expect(stderr).not.toMatch(/^ +at /m);
  });
});

test('npm test -- --help prints its usage and refers to jest', () => {
  const { status, stdout } = run('test/run.ts', '--help');
  expect(status).toBe(0);
  expect(stdout).toMatch(/^Usage: npm test /);
  expect(stdout).toContain('npx jest --help');
});
