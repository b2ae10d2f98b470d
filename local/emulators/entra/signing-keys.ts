/** RSA keys that sign tokens. They are stored, so that a token stays valid after a restart. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type CryptoKey,
  calculateJwkThumbprint,
  compactVerify,
  exportJWK,
  generateKeyPair,
  importJWK,
  type JWK,
  SignJWT,
} from 'jose';
import { writePrivateFile } from '../private-file.ts';

/** Signs and verifies tokens. */
export interface SigningKeys {
  /**
   * Signs claims without adding any. Returns a compact JWS with RS256, `typ` JWT and the current
   * `kid`.
   * @param header Adds or replaces members of the protected header.
   */
  sign(claims: object, header?: object): Promise<string>;
  /**
   * The published JSON Web Key Set (RFC 7517).
   * @param issuer The `issuer` member of each key, which Entra's v2.0 document has.
   */
  jwks(issuer?: string): { keys: JWK[] };
  /**
   * Verifies the signature with the published keys and returns the claims, without checking them.
   * @throws {Error} when no published key signed the token.
   */
  verify(token: string): Promise<Record<string, unknown>>;
  /**
   * Creates a new key for signing. `overlap` keeps the old keys published and `emergency` removes
   * them.
   */
  rotate(kind: 'overlap' | 'emergency'): Promise<void>;
}

interface SigningKey {
  readonly kid: string;
  readonly publicJwk: JWK;
  readonly privateJwk: JWK;
  readonly publicKey: CryptoKey | Uint8Array;
  readonly privateKey: CryptoKey | Uint8Array;
}

async function createKey(): Promise<SigningKey> {
  const { privateKey } = await generateKeyPair('RS256', { extractable: true });
  return importKey(await exportJWK(privateKey));
}

async function importKey(privateJwk: JWK): Promise<SigningKey> {
  const { n, e } = privateJwk;
  if (!n || !e) {
    throw new Error('A stored signing key is not an RSA key. Delete signing-keys.json.');
  }
  const kid = await calculateJwkThumbprint({ kty: 'RSA', n, e });
  const publicJwk: JWK = { kty: 'RSA', use: 'sig', kid, n, e };
  return {
    kid,
    publicJwk,
    privateJwk,
    publicKey: await importJWK(publicJwk, 'RS256'),
    privateKey: await importJWK(privateJwk, 'RS256'),
  };
}

async function readStoredKeys(file: string): Promise<SigningKey[]> {
  const text = await readFile(file, 'utf8').catch(() => '[]');
  const privateJwks = JSON.parse(text) as JWK[];
  return Promise.all(privateJwks.map(importKey));
}

/** Opens the keys in `dataDir/signing-keys.json` (mode 0600). Creates the first key. */
export async function openSigningKeys({ dataDir }: { dataDir: string }): Promise<SigningKeys> {
  const file = join(dataDir, 'signing-keys.json');
  /** The published keys, newest first. */
  let keys = await readStoredKeys(file);
  let current = keys[0] ?? (await createKey());

  async function publish(newKeys: SigningKey[]): Promise<void> {
    keys = newKeys;
    const privateJwks = keys.map(({ privateJwk }) => privateJwk);
    await writePrivateFile(file, JSON.stringify(privateJwks));
  }

  if (keys.length === 0) await publish([current]);
  return {
    sign: (claims, header) =>
      new SignJWT({ ...claims })
        .setProtectedHeader({ typ: 'JWT', alg: 'RS256', kid: current.kid, ...header })
        .sign(current.privateKey),
    jwks: (issuer) => ({
      keys: keys.map(({ publicJwk }) => ({ ...publicJwk, ...(issuer ? { issuer } : {}) })),
    }),
    verify: async (token) => {
      const { payload } = await compactVerify(
        token,
        ({ kid }) => {
          const key = keys.find((candidate) => candidate.kid === kid);
          if (!key) throw new Error('No published key has this kid.');
          return key.publicKey;
        },
        { algorithms: ['RS256'] },
      );
      return JSON.parse(new TextDecoder().decode(payload)) as Record<string, unknown>;
    },
    rotate: async (kind) => {
      current = await createKey();
      await publish(kind === 'overlap' ? [current, ...keys] : [current]);
    },
  };
}
