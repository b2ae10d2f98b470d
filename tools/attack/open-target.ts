import { createHash, createPrivateKey, type JsonWebKey, type KeyObject } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ControlClient, TokenOptions } from '../../test/support/control-client.ts';
import type { Api, EmulatorAccess } from './case.ts';
import { appendSignature, createSigningInput, decodeJwt, type Part, rsa } from './forge.ts';
import { type RawResponse, sendRequest } from './http.ts';

const allScopes = ['Documents.Read', 'Documents.ReadWrite', 'Profile.Read', 'Profile.ReadWrite'];

/** How to open an API of any kind. */
export type TargetOptions = Pick<Api, 'name' | 'kind' | 'token' | 'publicKeys' | 'emulators'> & {
  /** The base URL with the route prefix. */
  readonly url: string;
};

/** Opens an API at any URL. */
export function openTarget(options: TargetOptions): Api {
  const { name, kind, url, token, publicKeys, emulators } = options;
  const baseUrl = new URL(url);
  const decoded = decodeJwt(token);
  const responses: RawResponse[] = [];
  return {
    name,
    kind,
    path: baseUrl.pathname.replace(/\/$/, ''),
    token,
    decoded,
    publicKeys,
    emulators,
    responses,
    async send(request) {
      const response = await sendRequest(baseUrl, request);
      responses.push(response);
      return response;
    },
    forge(parts, signer) {
      const current = emulators?.readPrivateKey();
      const header = current ? withKeyId(parts.header, current.kid) : parts.header;
      const input = createSigningInput(decoded, {
        ...parts,
        ...(header === undefined ? {} : { header }),
      });
      if (signer) return appendSignature(input, signer);
      if (current) return appendSignature(input, rsa(current.key));
      const [, , originalSignature] = decoded.segments;
      return `${input}.${originalSignature}`;
    },
  };
}

/**
 * Sets the id of Entra's current key, which may be newer than the one that signed the valid token.
 * A `kid` of the case takes precedence.
 */
function withKeyId(header: Part = {}, kid: string): Part {
  if (typeof header === 'string' || Buffer.isBuffer(header)) return header;
  return { kid, ...header };
}

/** A chain that runs on this machine with the emulators. */
export interface RunningStack {
  /** The addresses of its parts. */
  readonly urls: {
    /** The base URL of Original API. */
    readonly originalApi: string;
    /** The base URL of Downstream API. */
    readonly downstreamApi: string;
    /** The origin of the Client App. */
    readonly clientApp: string;
  };
  /** The data folder of the emulators, which contains Entra's signing keys. */
  readonly dataDir: string;
  /** The control API of the emulators. */
  readonly control: ControlClient;
}

type GetToken = EmulatorAccess['getToken'];

/**
 * Opens both APIs of a running stack. Entra's signing key is available, so that a forged token can
 * have a single fault.
 */
export async function openStack({
  urls,
  dataDir,
  control,
}: RunningStack): Promise<readonly [original: Api, downstream: Api]> {
  const getTokenA: GetToken = (user, options = {}) =>
    control.token(
      user,
      user === undefined ? { scope: 'original-api/.default', ...options } : options,
    );
  const getTokenB: GetToken = (user, options = {}) =>
    control.token(user, { ...tokenBOptions(user, options), ...options });
  const common = {
    clientAppOrigin: urls.clientApp,
    readPrivateKey: () => readSigningKey(join(dataDir, 'signing-keys.json')),
    getIdToken: async (user: string) => {
      const response = await control.control('POST', 'token', { user });
      return (response as { id_token: string }).id_token;
    },
    setPolicy: (name: string, value: string) => control.policy(name, value),
  };
  const open = async (
    kind: Api['kind'],
    url: string,
    getToken: GetToken,
    getTokenForOther: GetToken,
  ) => {
    const token = await getToken('alice');
    const publicKeys = await fetchPublicKeys(String(decodeJwt(token).claims.iss));
    const emulators: EmulatorAccess = {
      ...common,
      getToken,
      getTokenForOtherApi: () => getTokenForOther('alice'),
    };
    return openTarget({ name: kind, kind, url, token, publicKeys, emulators });
  };
  return [
    await open('original', urls.originalApi, getTokenA, getTokenB),
    await open('downstream', urls.downstreamApi, getTokenB, getTokenA),
  ];
}

/** A token B is issued to Original API, with all scopes unless another client is given. */
function tokenBOptions(user: string | undefined, { client }: TokenOptions): TokenOptions {
  if (user === undefined) return { scope: 'downstream-api/.default' };
  const scopes = client === undefined ? allScopes : ['Documents.Read'];
  return {
    client: 'original-api',
    scope: scopes.map((scope) => `downstream-api/${scope}`).join(','),
  };
}

/**
 * Opens one deployed API. Its kind does not matter, because only the cases that need no emulators
 * can run.
 * @param url the base URL with the route prefix
 * @param token an access token that the API accepts
 */
export async function openDeployedApi(url: string, token: string): Promise<Api> {
  const { claims } = decodeJwt(token);
  const issuer = String(claims.iss).replace('sts.windows.net', 'login.microsoftonline.com');
  let publicKeys: readonly JsonWebKey[];
  try {
    publicKeys = await fetchPublicKeys(issuer);
  } catch {
    // The cases that need a public key are left out.
    publicKeys = [];
  }
  return openTarget({
    name: 'target',
    kind: 'original',
    url,
    token,
    publicKeys,
    emulators: undefined,
  });
}

/** Fetches the signing keys that an issuer's metadata links to. */
async function fetchPublicKeys(issuer: string): Promise<readonly JsonWebKey[]> {
  const metadataUrl = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
  const metadata = (await (await fetch(metadataUrl)).json()) as { jwks_uri: string };
  const { keys } = (await (await fetch(metadata.jwks_uri)).json()) as { keys: JsonWebKey[] };
  return keys;
}

/** Reads the newest signing key of the emulators. Only their owner may read the file. */
function readSigningKey(file: string): { readonly kid: string; readonly key: KeyObject } {
  const [newest] = JSON.parse(readFileSync(file, 'utf8')) as JsonWebKey[];
  if (!newest) throw new Error('The emulators have no signing key.');
  return { kid: computeThumbprint(newest), key: createPrivateKey({ key: newest, format: 'jwk' }) };
}

/** Computes the JWK thumbprint (RFC 7638), which the emulators use as the key id. */
function computeThumbprint({ e, kty, n }: JsonWebKey): string {
  return createHash('sha256').update(JSON.stringify({ e, kty, n })).digest('base64url');
}
