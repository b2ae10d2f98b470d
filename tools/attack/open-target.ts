import { createHash, createPrivateKey, type JsonWebKey, type KeyObject } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ControlClient, TokenOptions } from '../../test/support/control-client.ts';
import type { Api, EmulatorAccess } from './case.ts';
import { rsa, signedBy, takeApart, unsigned } from './forge.ts';
import { type Answered, sendRequest } from './http.ts';

const everyScope = ['Documents.Read', 'Documents.ReadWrite', 'Profile.Read', 'Profile.ReadWrite'];

interface Opened {
  readonly name: string;
  readonly kind: Api['kind'];
  /** Base URL with the route prefix. */
  readonly url: string;
  readonly token: string;
  readonly publicKeys: readonly JsonWebKey[];
  readonly emulators?: EmulatorAccess;
}

function openApi({ name, kind, url, token, publicKeys, emulators }: Opened): Api {
  const base = new URL(url);
  const good = takeApart(token);
  const answers: Answered[] = [];
  return {
    name,
    kind,
    path: base.pathname.replace(/\/$/, ''),
    token,
    good,
    publicKeys,
    emulators,
    answers,
    async send(request) {
      const answer = await sendRequest(base, request);
      answers.push(answer);
      return answer;
    },
    forge(parts, signer) {
      const entra = emulators?.privateKey();
      const input = unsigned(good, { ...parts, header: withKid(parts.header, entra?.kid) });
      if (signer) return signedBy(input, signer);
      return entra ? signedBy(input, rsa(entra.key)) : `${input}.${good.segments[2]}`;
    },
  };
}

/** Entra may have a newer key than the one that signed the good token; what a case says of the header still comes last. */
const withKid = (header: Parameters<Api['forge']>[0]['header'], kid: string | undefined) =>
  typeof header === 'string' || Buffer.isBuffer(header) || kid === undefined
    ? (header ?? {})
    : { kid, ...header };

interface RunningStack {
  readonly urls: {
    readonly originalApi: string;
    readonly downstreamApi: string;
    readonly emulators: string;
    readonly clientApp: string;
  };
  readonly dataDir: string;
  readonly control: ControlClient;
}

/** Both APIs of a chain that runs on this machine, with the emulators's key at hand for tokens that are wrong in one thing only. */
export async function openStack({ urls, dataDir, control }: RunningStack): Promise<readonly Api[]> {
  const tokenA = (user: string | undefined, options: TokenOptions = {}) =>
    control.token(
      user,
      user === undefined ? { scope: 'original-api/.default', ...options } : options,
    );
  const tokenB = (user: string | undefined, options: TokenOptions = {}) =>
    user === undefined
      ? control.token(user, { scope: 'downstream-api/.default', ...options })
      : control.token(user, {
          client: 'original-api',
          scope: (options.client ? ['Documents.Read'] : everyScope)
            .map((scope) => `downstream-api/${scope}`)
            .join(','),
          ...options,
        });
  const privateKey = () => readSigningKey(join(dataDir, 'signing-keys.json'));
  const common = {
    clientAppOrigin: urls.clientApp,
    privateKey,
    idToken: async (user: string) =>
      ((await control.control('POST', 'token', { user })) as { id_token: string }).id_token,
    policy: (name: string, value: string) => control.policy(name, value),
  };
  const open = async (
    kind: Api['kind'],
    url: string,
    token: typeof tokenA,
    foreign: typeof tokenA,
  ) => {
    const good = await token('alice');
    const publicKeys = await fetchKeys(String(takeApart(good).claims.iss));
    return openApi({
      name: kind,
      kind,
      url,
      token: good,
      publicKeys,
      emulators: { ...common, token, foreign: () => foreign('alice') },
    });
  };
  return [
    await open('original', urls.originalApi, tokenA, tokenB),
    await open('downstream', urls.downstreamApi, tokenB, tokenA),
  ];
}

/** One API anywhere, with a token that it takes. Whether it is a Downstream does not matter: only cases that need no emulators will run. */
export async function openForeign(url: string, token: string): Promise<Api> {
  const { claims } = takeApart(token);
  const publicKeys = await fetchKeys(
    String(claims.iss).replace('sts.windows.net', 'login.microsoftonline.com'),
  ).catch(() => []);
  return openApi({ name: 'target', kind: 'original', url, token, publicKeys });
}

/** Keys by an issuer's own metadata. */
async function fetchKeys(issuer: string): Promise<readonly JsonWebKey[]> {
  const metadata = await fetch(`${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`);
  const { jwks_uri: uri } = (await metadata.json()) as { jwks_uri: string };
  const { keys } = (await (await fetch(uri)).json()) as { keys: JsonWebKey[] };
  return keys;
}

/** The newest key that the emulators signs with; it keeps them in its data folder, which only its owner may read. */
function readSigningKey(file: string): { readonly kid: string; readonly key: KeyObject } {
  const [newest] = JSON.parse(readFileSync(file, 'utf8')) as JsonWebKey[];
  if (!newest) throw new Error('The emulators has no signing key.');
  return { kid: thumbprintOf(newest), key: createPrivateKey({ key: newest, format: 'jwk' }) };
}

/** The emulators names its keys by their thumbprint (RFC 7638). */
const thumbprintOf = ({ e, kty, n }: JsonWebKey) =>
  createHash('sha256').update(JSON.stringify({ e, kty, n })).digest('base64url');
