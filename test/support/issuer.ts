import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CompactSign } from 'jose';
import type { Respond } from './downstream.ts';

/** The tenant of the tokens, unless a test changes `tid`. */
export const tenantId = 'c0705000-0000-4000-8000-00000000c001';
/** A tenant that the APIs do not allow. */
export const otherTenantId = 'fab21ca0-0000-4000-8000-00000000fab1';
/** Client id of Original API, the audience of token A. */
export const audience = '0219a100-0000-4000-8000-0000000000a2';
/** Client id of the Client App. */
export const clientApp = 'c11e4700-0000-4000-8000-0000000000a1';
/** Object id of the user whom tokens are for, unless a test changes `oid`. */
export const alice = 'a11ce000-0000-4000-8000-000000000001';

type Claims = Record<string, unknown>;

/** A minimal Entra on a real socket. It serves OpenID metadata and keys, and signs tokens. */
export interface Issuer {
  /** The authority host, `http://localhost:{port}/`. */
  readonly host: URL;
  /** The paths of all requests, oldest first. */
  readonly requestedPaths: string[];
  /** The published key set; a test may change it. */
  readonly jwks: { keys: Record<string, unknown>[] };
  /** The key that signs tokens by default, published as `key-1`. */
  readonly privateKey: KeyObject;
  /** Overrides the response to paths with this ending; `undefined` removes the override. */
  respond(pathEnd: string, respond: Respond | undefined): void;
  /**
   * Signs a token. It is a valid token A unless `claims` or `header` change it; a claim that is
   * `undefined` is left out.
   */
  token(claims?: Claims, header?: Claims, key?: KeyObject): Promise<string>;
  /** Counts the requests to paths with this ending. */
  count(pathEnd: string): number;
  /** Stops the server. */
  close(): Promise<void>;
}

/** Generates an RSA key pair. */
export const rsaKey = (bits = 2048) => generateKeyPairSync('rsa', { modulusLength: bits });

/** The public half of an RS256 signing key, as a key set publishes it. */
export const publicJwk = (key: KeyObject, kid: string): Record<string, unknown> => ({
  ...key.export({ format: 'jwk' }),
  kid,
  use: 'sig',
  alg: 'RS256',
});

/** Signs any payload. `header` replaces members of the default header. */
export function sign(payload: unknown, header: Claims, key: KeyObject): Promise<string> {
  const text = typeof payload === 'string' ? payload : JSON.stringify(payload);
  return new CompactSign(Buffer.from(text))
    .setProtectedHeader({ typ: 'JWT', alg: 'RS256', kid: 'key-1', ...header })
    .sign(key);
}

/**
 * Starts an issuer.
 *
 * @param now the clock for `iat`, `nbf` and `exp`, in milliseconds
 */
export async function startIssuer(now: () => number = Date.now): Promise<Issuer> {
  const { publicKey, privateKey } = rsaKey();
  const jwks = { keys: [publicJwk(publicKey, 'key-1')] };
  const requestedPaths: string[] = [];
  const overrides = new Map<string, Respond>();
  const server = createServer((request, response) => {
    const [path = ''] = (request.url ?? '').split('?');
    requestedPaths.push(path);
    const override = [...overrides].find(([pathEnd]) => path.endsWith(pathEnd))?.[1];
    if (override) return override(request, response);

    const [, tenant = ''] = path.split('/');
    const version = path.includes('/v2.0') ? '/v2.0' : '';
    if (path.endsWith('/openid-configuration')) {
      const issuer = `${host.href}${tenant}${version || '/'}`;
      response.end(
        JSON.stringify({
          issuer,
          jwks_uri: `${host.href}${tenant}/discovery${version}/keys`,
          token_endpoint: `${host.href}${tenant}/oauth2${version}/token`,
          authorization_endpoint: `${host.href}${tenant}/oauth2${version}/authorize`,
          end_session_endpoint: `${host.href}${tenant}/oauth2${version}/logout`,
        }),
      );
    } else if (path.endsWith('/keys')) {
      response.end(JSON.stringify(jwks));
    } else {
      response.writeHead(404).end();
    }
  });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  const host = new URL(`http://localhost:${(server.address() as AddressInfo).port}/`);

  return {
    host,
    requestedPaths,
    jwks,
    privateKey,
    respond: (pathEnd, respond) => {
      if (respond) overrides.set(pathEnd, respond);
      else overrides.delete(pathEnd);
    },
    token: (claims = {}, header = {}, key = privateKey) =>
      sign(validClaims(host, now, claims), header, key),
    count: (pathEnd) => requestedPaths.filter((path) => path.endsWith(pathEnd)).length,
    close: async () => {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  };
}

/** The claims of a token A for alice, version 2.0 unless `changes` has `ver: '1.0'`. */
function validClaims(host: URL, now: () => number, changes: Claims): Claims {
  const seconds = Math.floor(now() / 1_000);
  const v1 = changes.ver === '1.0';
  const actor = v1 ? { appid: clientApp, appidacr: '0' } : { azp: clientApp, azpacr: '0' };
  return {
    aud: v1 ? `api://${audience}` : audience,
    iss: `${host.href}${changes.tid ?? tenantId}${v1 ? '/' : '/v2.0'}`,
    iat: seconds,
    nbf: seconds,
    exp: seconds + 3_600,
    oid: alice,
    sub: 'pairwise-subject',
    tid: tenantId,
    scp: 'Documents.Read Profile.Read',
    ver: '2.0',
    idtyp: 'user',
    ...actor,
    ...changes,
  };
}
