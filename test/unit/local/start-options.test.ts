import { expect, test } from '@jest/globals';
import { readStartOptions } from '../../../local/start-options.ts';

test('by default: nothing overridden, the data under .local by the port of the emulators', () => {
  const options = readStartOptions([], { EMULATOR_PORT: '9070' });
  expect(options).toMatchObject({
    fresh: false,
    emulatorsOnly: false,
    packaged: false,
    json: false,
    overrides: {},
    directoryFile: undefined,
  });
  expect(options.dataDir).toMatch(/[/\\]\.local[/\\]stand-9070$/);
});

test('takes overrides whose value holds an equals sign or nothing', () => {
  const { overrides } = readStartOptions(
    ['--set', 'DOWNSTREAM_API_URL=http://localhost:1/x?a=b', '--set', 'STEP_UP_AUTH_CONTEXT='],
    {},
  );
  expect(overrides).toEqual({
    DOWNSTREAM_API_URL: 'http://localhost:1/x?a=b',
    STEP_UP_AUTH_CONTEXT: '',
  });
});

test.each([
  [['--set', 'PATH=/tmp'], /NAME is one of AZURE_TENANT_ID/],
  [['--set', 'IDENTITY_HEADER=x'], /NAME is one of AZURE_TENANT_ID/],
  [['--set', 'ALLOWED_TENANT_IDS'], /NAME=VALUE/],
  [['--frsh'], /Usage: npm start/],
  [['somewhere'], /Usage: npm start/],
])('refuses %j and says what it takes', (args, message) => {
  expect(() => readStartOptions(args, {})).toThrow(message);
});
