/** `npm test [-- what jest takes]`: builds once, then runs jest with our reporter. */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { build } from '../tools/build.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const jest = [
  '--experimental-vm-modules',
  '--disable-warning=ExperimentalWarning',
  `${root}node_modules/jest/bin/jest.js`,
  '--reporters=default',
  `--reporters=${root}test/support/plain-reporter.ts`,
  // After the reporters, which would take the paths that follow for more reporters.
  '--maxWorkers=2',
];

try {
  await build();
  const child = spawn(process.execPath, [...jest, ...process.argv.slice(2)], {
    cwd: root,
    stdio: 'inherit',
  });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal));
  process.exitCode = await new Promise<number>((resolve) =>
    child.on('exit', (code) => resolve(code ?? 1)),
  );
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
