import { expect, test } from '@jest/globals';
import { readStartOptions } from '../../../local/start-options.ts';
import { UsageError } from '../../../tools/command-line.ts';

test('by default nothing is overridden and the log is readable', () => {
  expect(readStartOptions([], {})).toMatchObject({
    fresh: false,
    emulatorsOnly: false,
    packaged: false,
    json: false,
    jsonLog: false,
    overrides: {},
    directoryFile: undefined,
  });
});

test('the default data folder is named after the port of the emulators', () => {
  const { dataDir } = readStartOptions([], { EMULATOR_PORT: '9070' });
  expect(dataDir).toMatch(/[/\\]\.local[/\\]emulators-9070$/);
});

test('an override may contain an equals sign', () => {
  const { overrides } = readStartOptions(
    ['--set', 'DOWNSTREAM_API_URL=http://localhost:1/x?a=b'],
    {},
  );
  expect(overrides).toEqual({ DOWNSTREAM_API_URL: 'http://localhost:1/x?a=b' });
});

test('an override may be empty', () => {
  const { overrides } = readStartOptions(['--set', 'STEP_UP_AUTH_CONTEXT='], {});
  expect(overrides).toEqual({ STEP_UP_AUTH_CONTEXT: '' });
});

test.each([
  { args: ['--set', 'PATH=/tmp'], message: /NAME must be one of AZURE_TENANT_ID/ },
  { args: ['--set', 'IDENTITY_HEADER=x'], message: /NAME must be one of AZURE_TENANT_ID/ },
  { args: ['--set', 'ALLOWED_TENANT_IDS'], message: /NAME=VALUE/ },
  { args: ['--frsh'], message: /^Unknown option '--frsh'\.$/ },
  { args: ['somewhere'], message: /^Unexpected argument 'somewhere'\.$/ },
])('refuses $args', ({ args, message }) => {
  const read = () => readStartOptions(args, {});
  expect(read).toThrow(UsageError);
  expect(read).toThrow(message);
});
