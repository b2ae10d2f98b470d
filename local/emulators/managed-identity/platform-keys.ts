import { join } from 'node:path';
import type { EmulatorContext } from '../context.ts';
import { openSigningKeys, type SigningKeys } from '../entra/signing-keys.ts';

const opened = new WeakMap<object, Promise<SigningKeys>>();

/**
 * The key that signs managed identities' tokens, those for Entra's own exchange included, kept in `dataDir/platform`, one per emulators. It is not
 * among the keys that a person can rotate: Azure's clients keep such a token for 24 hours and would be locked out for as long.
 */
export function openPlatformKeys({
  signingKeys,
  dataDir,
}: Pick<EmulatorContext, 'signingKeys' | 'dataDir'>): Promise<SigningKeys> {
  const keys = opened.get(signingKeys) ?? openSigningKeys({ dataDir: join(dataDir, 'platform') });
  opened.set(signingKeys, keys);
  return keys;
}
