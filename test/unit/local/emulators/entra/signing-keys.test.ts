import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { openSigningKeys } from '../../../../../local/emulators/entra/signing-keys.ts';

let dataDir: string;
beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'keys-'));
});
afterAll(() => rm(dataDir, { recursive: true }));

test('a token outlives a restart, and the keys are for their owner’s eyes', async () => {
  const token = await (await openSigningKeys({ dataDir })).sign({ sub: 'a' });
  await expect((await openSigningKeys({ dataDir })).verify(token)).resolves.toEqual({ sub: 'a' });
  expect((await stat(join(dataDir, 'signing-keys.json'))).mode & 0o777).toBe(0o600);
});

test('an overlap publishes old and new, an emergency the new one only, after a restart too', async () => {
  const keys = await openSigningKeys({ dataDir });
  const before = await keys.sign({ sub: 'a' });
  await keys.rotate('overlap');
  expect(keys.jwks().keys).toHaveLength(2);
  await expect(keys.verify(before)).resolves.toEqual({ sub: 'a' });
  await keys.rotate('emergency');
  for (const opened of [keys, await openSigningKeys({ dataDir })]) {
    expect(opened.jwks().keys).toHaveLength(1);
    await expect(opened.verify(before)).rejects.toThrow('kid');
  }
});

test('a header of one’s own replaces ours, so that a test can make odd tokens', async () => {
  const token = await (await openSigningKeys({ dataDir })).sign({}, { typ: 'at+jwt' });
  expect(Buffer.from(token.split('.')[0] ?? '', 'base64url').toString()).toContain(
    '"typ":"at+jwt"',
  );
});
