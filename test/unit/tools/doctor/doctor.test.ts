import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { createDirectory } from '../../../../local/doctor/create-directory.ts';
import type { ChainSettings } from '../../../../tools/doctor/chain-settings.ts';
import { runDoctor } from '../../../../tools/doctor/doctor.ts';

const usage = /^Usage: npm run -s doctor$/m;

/** A file descriptor that is not open, so that there is no input on standard input. */
const closedFd = 999_999;

let output: string;
let errors: string;

beforeEach(() => {
  output = '';
  errors = '';
  jest.spyOn(console, 'log').mockImplementation((text: string) => {
    output += `${text}\n`;
  });
  jest.spyOn(console, 'error').mockImplementation((text: string) => {
    errors += `${text}\n`;
  });
});

afterEach(() => {
  jest.restoreAllMocks();
});

function run(
  args: readonly string[],
  loadSettings: () => Promise<ChainSettings | undefined> = async () => undefined,
): Promise<number> {
  return runDoctor({
    args,
    stdin: Object.assign(new PassThrough(), { fd: closedFd }),
    directory: createDirectory(),
    loadSettings,
  });
}

test.each(['--help', '-h'])('prints the usage for %s', async (option) => {
  expect(await run([option])).toBe(0);
  expect(output).toMatch(usage);
  expect(errors).toBe('');
});

test('prints the error and the usage for an unknown option', async () => {
  expect(await run(['--nonsense'])).toBe(2);
  expect(errors).toMatch(/^Unknown option '--nonsense'/);
  expect(errors).toMatch(usage);
  expect(output).toBe('');
});

test('says how to start the chain when there are no settings', async () => {
  expect(await run([])).toBe(1);
  expect(output).toMatch(/^No settings found/);
  expect(output).toMatch(/npm start/);
});

test('explains an input although the settings are unreadable', async () => {
  const failToLoad = async () => {
    throw new Error('local.settings.json is not valid JSON.');
  };
  expect(await run(['AADSTS65001'], failToLoad)).toBe(0);
  expect(output).toContain('403 consent_required');
});

test('reports an input of an unknown kind', async () => {
  expect(await run(['hello', 'world'])).toBe(2);
  expect(errors).toMatch(/^Unknown input\. Pass a token/);
});
