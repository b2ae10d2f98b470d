import { randomUUID } from 'node:crypto';
import { publicJwk, rsaKey } from '../support/issuer.ts';
import type { Chain } from './chain.ts';

/** Publishes another key and returns a function that signs tokens of new users with it. */
export function rotateKey(chain: Chain): () => Promise<string> {
  const kid = 'key-2';
  const { publicKey, privateKey } = rsaKey();
  chain.entra.jwks.keys.push(publicJwk(publicKey, kid));
  return () => chain.entra.token({ oid: randomUUID() }, { kid }, privateKey);
}
