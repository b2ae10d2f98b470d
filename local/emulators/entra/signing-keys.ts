/** The keys that sign every token of the emulators. They outlive a restart, so a token printed before it still works after it. */
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

export interface SigningKeys {
  /** A compact RS256 JWS with `typ` JWT and the current `kid`; `header` adds to or replaces the header's members. Claims are taken as they are. */
  sign(claims: object, header?: object): Promise<string>;
  /** The published public keys (RFC 7517); each names `issuer` where one is given, as Entra's v2.0 key document does. */
  jwks(issuer?: string): { keys: JWK[] };
  /** The claims of a token that any published key signed; times are not checked. Throws for anything else. */
  verify(token: string): Promise<Record<string, unknown>>;
  /** `overlap`: a new key signs, the old ones stay published. `emergency`: the new key is the only one from now on. */
  rotate(kind: 'overlap' | 'emergency'): Promise<void>;
}

interface SigningKey {
  readonly kid: string;
  readonly publicJwk: JWK;
  readonly privateJwk: JWK;
  readonly publicKey: CryptoKey | Uint8Array;
  readonly privateKey: CryptoKey | Uint8Array;
}

async function makeKey(): Promise<SigningKey> {
  const { privateKey } = await generateKeyPair('RS256', { extractable: true });
  return readKey(await exportJWK(privateKey));
}

async function readKey(privateJwk: JWK): Promise<SigningKey> {
  const { n, e } = privateJwk;
  if (!n || !e) throw new Error('A stored signing key is not an RSA key.');
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

async function readStored(file: string): Promise<SigningKey[]> {
  const text = await readFile(file, 'utf8').catch(() => '[]');
  return Promise.all((JSON.parse(text) as JWK[]).map(readKey));
}

/** Opens the keys kept in `dataDir/signing-keys.json` (mode 0600), the newest first; makes the first one. */
export async function openSigningKeys({ dataDir }: { dataDir: string }): Promise<SigningKeys> {
  const file = join(dataDir, 'signing-keys.json');
  const save = () =>
    writePrivateFile(file, JSON.stringify(keys.map(({ privateJwk }) => privateJwk)));
  let keys = await readStored(file);
  let newest = keys[0] ?? (await makeKey());
  if (keys.length === 0) {
    keys = [newest];
    await save();
  }
  return {
    sign: (claims, header) =>
      new SignJWT({ ...claims })
        .setProtectedHeader({ typ: 'JWT', alg: 'RS256', kid: newest.kid, ...header })
        .sign(newest.privateKey),
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
      newest = await makeKey();
      keys = kind === 'overlap' ? [newest, ...keys] : [newest];
      await save();
    },
  };
}
