import { expect, test } from '@jest/globals';
import { readSettings } from '../../../client-app/settings.ts';

const cloudSettings = {
  authority: 'https://login.microsoftonline.com/c0705000-0000-4000-8000-00000000c001',
  clientId: 'c11e4700-0000-4000-8000-0000000000a1',
  originalApiUrl: 'https://original.example/api',
  originalApiId: 'api://0219a100-0000-4000-8000-0000000000a2',
};

test('accepts the settings of a cloud deployment', () => {
  expect(readSettings(cloudSettings)).toEqual(cloudSettings);
});

test('accepts the settings of the local emulators', () => {
  const localSettings = {
    ...cloudSettings,
    knownAuthorities: ['localhost:7070'],
    authorityMetadata: '{}',
    emulators: { controlUrl: 'http://localhost:7070/control', controlToken: 't' },
  };
  expect(readSettings(localSettings)).toEqual(localSettings);
});

test.each([
  { problem: 'authority must be a URL' },
  { problem: 'clientId must not be empty' },
  { problem: 'originalApiUrl is missing' },
  { problem: 'originalApiId is missing' },
  { problem: 'emulators.controlUrl is missing' },
  { problem: 'emulators.controlToken is missing' },
])('names every problem in one message: $problem', ({ problem }) => {
  expect(() => readSettings({ authority: 'contoso', clientId: '', emulators: {} })).toThrow(
    problem,
  );
});

test.each([
  { name: 'undefined', json: undefined },
  { name: 'null', json: null },
  { name: 'a number', json: 5 },
  { name: 'a string', json: 'text' },
  { name: 'an array', json: [] },
])('rejects $name in place of an object', ({ json }) => {
  expect(() => readSettings(json)).toThrow(/^Invalid settings\.json: /);
});
