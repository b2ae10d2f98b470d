import { join } from 'node:path';
import type { EmulatorContext } from '../context.ts';
import { openSigningKeys, type SigningKeys } from '../entra/signing-keys.ts';

/** One promise per run of the emulators, so that concurrent callers do not create two keys. */
const openedKeys = new WeakMap<SigningKeys, Promise<SigningKeys>>();

/**
 * Opens the key that signs the tokens of managed identities, stored in `dataDir/platform`.
 * The `signing-key` policy does not rotate it: Azure's clients cache such a token for 24 hours and
 * would fail for as long.
 */
export function openManagedIdentityKeys({
  signingKeys,
  dataDir,
}: Pick<EmulatorContext, 'signingKeys' | 'dataDir'>): Promise<SigningKeys> {
  let keys = openedKeys.get(signingKeys);
  if (!keys) {
    keys = openSigningKeys({ dataDir: join(dataDir, 'platform') });
    openedKeys.set(signingKeys, keys);
  }
  return keys;
}
