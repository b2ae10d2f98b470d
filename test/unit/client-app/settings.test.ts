import { expect, test } from '@jest/globals';
import { readSettings } from '../../../client-app/settings.ts';

const good = {
  authority: 'https://login.microsoftonline.com/c0705000-0000-4000-8000-00000000c001',
  clientId: 'c11e4700-0000-4000-8000-0000000000a1',
  originalApiUrl: 'https://original.example/api',
  originalApiId: 'api://0219a100-0000-4000-8000-0000000000a2',
};

test('takes the settings of the cloud and those of the local emulators', () => {
  expect(readSettings(good)).toEqual(good);
  const local = {
    ...good,
    knownAuthorities: ['localhost:7070'],
    authorityMetadata: '{}',
    emulators: { controlUrl: 'http://localhost:7070/control', controlToken: 't' },
  };
  expect(readSettings(local)).toEqual(local);
});

test('names everything that is missing or bad in one sentence', () => {
  expect(() => readSettings({ authority: 'contoso', clientId: '', emulators: {} })).toThrow(
    /authority is not a URL, clientId is empty, originalApiUrl is missing, originalApiId is missing, emulators\.controlUrl is missing, emulators\.controlToken is missing/,
  );
});

test('says so when the file is no object at all', () => {
  for (const json of [undefined, null, 5, 'text', []])
    expect(() => readSettings(json)).toThrow(/^settings\.json cannot be used: /);
});
