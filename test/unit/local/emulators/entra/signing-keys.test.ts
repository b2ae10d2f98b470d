import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { decodeProtectedHeader } from 'jose';
import { openSigningKeys } from '../../../../../local/emulators/entra/signing-keys.ts';

let dataDir: string;
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'keys-'));
});
afterEach(() => rm(dataDir, { recursive: true }));

test('verifies a token after a restart', async () => {
  const token = await (await openSigningKeys({ dataDir })).sign({ sub: 'a' });
  const reopened = await openSigningKeys({ dataDir });

  await expect(reopened.verify(token)).resolves.toEqual({ sub: 'a' });
});

test('stores the keys in a file that only its owner can read', async () => {
  await openSigningKeys({ dataDir });
  const { mode } = await stat(join(dataDir, 'signing-keys.json'));

  expect(mode & 0o777).toBe(0o600);
});

test('an overlap rotation publishes the old key and the new one', async () => {
  const keys = await openSigningKeys({ dataDir });
  const oldToken = await keys.sign({ sub: 'a' });
  await keys.rotate('overlap');

  expect(keys.jwks().keys).toHaveLength(2);
  await expect(keys.verify(oldToken)).resolves.toEqual({ sub: 'a' });
});

test('an emergency rotation publishes only the new key, also after a restart', async () => {
  const keys = await openSigningKeys({ dataDir });
  const oldToken = await keys.sign({ sub: 'a' });
  await keys.rotate('overlap');
  await keys.rotate('emergency');

  for (const opened of [keys, await openSigningKeys({ dataDir })]) {
    expect(opened.jwks().keys).toHaveLength(1);
    await expect(opened.verify(oldToken)).rejects.toThrow('kid');
  }
});

test('sign replaces members of the header, so that a test can create unusual tokens', async () => {
  const keys = await openSigningKeys({ dataDir });
  const token = await keys.sign({}, { typ: 'at+jwt' });

  expect(decodeProtectedHeader(token).typ).toBe('at+jwt');
});
