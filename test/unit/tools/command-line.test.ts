import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { type Command, formatHelp, runCommand, UsageError } from '../../../tools/command-line.ts';

const command = {
  usage: ['npm run example -- NAME [--count N]', 'npm run example -- --all'],
  description: 'Prints examples.',
  options: {
    all: { type: 'boolean', help: 'Print all of them.' },
    count: { type: 'string', short: 'c', value: 'N', help: 'How many to print.' },
  },
  positionals: true,
} as const satisfies Command;

const stdout: string[] = [];
const stderr: string[] = [];
let previousExitCode: typeof process.exitCode;

beforeEach(() => {
  stdout.length = 0;
  stderr.length = 0;
  previousExitCode = process.exitCode;
  process.exitCode = undefined;
  jest.spyOn(console, 'log').mockImplementation((line) => void stdout.push(line));
  jest.spyOn(console, 'error').mockImplementation((line) => void stderr.push(line));
});

afterEach(() => {
  process.exitCode = previousExitCode;
  jest.restoreAllMocks();
});

test('passes the options and the other arguments to the command', async () => {
  const run = jest.fn<(parsed: { values: object; positionals: string[] }) => void>();
  await runCommand(command, run, ['one', '-c', '3', '--all']);
  const [parsed] = run.mock.calls[0] ?? [];
  expect({ ...parsed?.values }).toEqual({ count: '3', all: true });
  expect(parsed?.positionals).toEqual(['one']);
});

test('exits with the code that the command returns', async () => {
  await runCommand(command, () => 3, []);
  expect(process.exitCode).toBe(3);
});

test.each(['--help', '-h'])('%s prints the help on stdout with exit code 0', async (option) => {
  const run = jest.fn();
  await runCommand(command, run as () => void, [option]);
  expect(stdout).toEqual([formatHelp(command)]);
  expect(stderr).toEqual([]);
  expect(process.exitCode).toBeUndefined();
  expect(run).not.toHaveBeenCalled();
});

test('the help shows the usage, the description and each option', () => {
  expect(formatHelp({ ...command, notes: 'N is a number.' })).toBe(
    [
      'Usage: npm run example -- NAME [--count N]',
      '       npm run example -- --all',
      '',
      'Prints examples.',
      '',
      'Options:',
      '  --all          Print all of them.',
      '  -c, --count N  How many to print.',
      '  -h, --help     Print this help.',
      '',
      'N is a number.',
    ].join('\n'),
  );
});

test.each([
  { args: ['--cuont', '3'], message: "Unknown option '--cuont'." },
  { args: ['--count'], message: "Option '-c, --count <value>' argument missing." },
  { args: ['--all=yes'], message: "Option '--all' does not take an argument." },
])('$args prints one line and the usage on stderr with exit code 2', async ({ args, message }) => {
  await runCommand(command, () => {}, args);
  expect(stderr).toEqual([
    message,
    'Usage: npm run example -- NAME [--count N]\n       npm run example -- --all',
  ]);
  expect(stdout).toEqual([]);
  expect(process.exitCode).toBe(2);
});

test('a usage error of the command itself also exits with code 2', async () => {
  const run = () => {
    throw new UsageError('--count must be a number.');
  };
  await runCommand(command, run, ['--count', 'x']);
  expect(stderr[0]).toBe('--count must be a number.');
  expect(process.exitCode).toBe(2);
});

test('refuses an argument that is not an option unless the command takes some', async () => {
  await runCommand({ ...command, positionals: false }, () => {}, ['one']);
  expect(stderr[0]).toBe("Unexpected argument 'one'.");
  expect(process.exitCode).toBe(2);
});

test('another error prints its message without a stack and exits with code 1', async () => {
  const run = () => Promise.reject(new Error('The disk is full.'));
  await runCommand(command, run, []);
  expect(stderr).toEqual(['The disk is full.']);
  expect(process.exitCode).toBe(1);
});

test('a programming error prints its stack', async () => {
  const run = () => {
    throw new TypeError('x is not a function');
  };
  await runCommand(command, run, []);
  expect(stderr[0]).toMatch(/^TypeError: x is not a function\n +at /);
  expect(process.exitCode).toBe(1);
});
