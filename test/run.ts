/** `npm test`: builds once, then runs jest with our reporter. */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { build } from '../tools/build.ts';
import { type Command, describeError, formatHelp } from '../tools/command-line.ts';

const root = fileURLToPath(new URL('..', import.meta.url));

const command = {
  usage: ['npm test -- [PATH…] [JEST OPTIONS]'],
  description: 'Builds everything and runs the tests, or those whose path contains a PATH.',
  options: {},
  notes: 'Jest describes its own options: npx jest --help',
} as const satisfies Command;

const jestArguments = [
  '--experimental-vm-modules',
  '--disable-warning=ExperimentalWarning',
  `${root}node_modules/jest/bin/jest.js`,
  '--reporters=default',
  `--reporters=${root}test/support/plain-reporter.ts`,
  // An option must separate the reporters from the paths, or jest takes the paths for reporters.
  '--maxWorkers=2',
];

/** Runs jest and forwards signals to it. Returns its exit code. */
async function runJest(args: readonly string[]): Promise<number> {
  const child = spawn(process.execPath, [...jestArguments, ...args], {
    cwd: root,
    stdio: 'inherit',
  });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal));
  return new Promise((resolve) => child.on('exit', (code) => resolve(code ?? 1)));
}

// Jest parses the other options, so runCommand cannot.
const args = process.argv.slice(2);
if (args.includes('--help') || args.includes('-h')) {
  console.log(formatHelp(command));
} else {
  try {
    await build();
    process.exitCode = await runJest(args);
  } catch (error) {
    console.error(describeError(error));
    process.exitCode = 1;
  }
}
