import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CompactSign } from 'jose';

export const tenantId = 'c0705000-0000-4000-8000-00000000c001';
export const otherTenantId = 'fab21ca0-0000-4000-8000-00000000fab1';
export const audience = '0219a100-0000-4000-8000-0000000000a2';
export const clientApp = 'c11e4700-0000-4000-8000-0000000000a1';
export const alice = 'a11ce000-0000-4000-8000-000000000001';

type Claims = Record<string, unknown>;
type Respond = (request: IncomingMessage, response: ServerResponse) => void;

/** A minimal Entra of the test's own: metadata and keys by real HTTP, and tokens as wrong as a test wants them. */
export interface Issuer {
  readonly host: URL;
  /** Paths asked for, in order. */
  readonly asked: string[];
  readonly jwks: { keys: Record<string, unknown>[] };
  readonly privateKey: KeyObject;
  /** Takes over the answer to paths that end so; `undefined` gives it back. */
  respond(pathEnd: string, answer: Respond | undefined): void;
  /** A good token A unless claims or header say otherwise; an `undefined` claim is left out. */
  token(claims?: Claims, header?: Claims, key?: KeyObject): Promise<string>;
  count(pathEnd: string): number;
  close(): Promise<void>;
}

export const rsaKey = (bits = 2048) => generateKeyPairSync('rsa', { modulusLength: bits });

export const publicJwk = (key: KeyObject, kid: string): Record<string, unknown> => ({
  ...key.export({ format: 'jwk' }),
  kid,
  use: 'sig',
  alg: 'RS256',
});

/** Signs any payload and header; `header` replaces the default by name. */
export function sign(payload: unknown, header: Claims, key: KeyObject): Promise<string> {
  const text = typeof payload === 'string' ? payload : JSON.stringify(payload);
  return new CompactSign(Buffer.from(text))
    .setProtectedHeader({ typ: 'JWT', alg: 'RS256', kid: 'key-1', ...header })
    .sign(key);
}

export async function startIssuer(now: () => number = Date.now): Promise<Issuer> {
  const { publicKey, privateKey } = rsaKey();
  const jwks = { keys: [publicJwk(publicKey, 'key-1')] };
  const asked: string[] = [];
  const takenOver = new Map<string, Respond>();
  const server = createServer((request, response) => {
    const [path = ''] = (request.url ?? '').split('?');
    asked.push(path);
    const other = [...takenOver].find(([end]) => path.endsWith(end))?.[1];
    if (other) return other(request, response);
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
    } else if (path.endsWith('/keys')) response.end(JSON.stringify(jwks));
    else response.writeHead(404).end();
  });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  const host = new URL(`http://localhost:${(server.address() as AddressInfo).port}/`);

  return {
    host,
    asked,
    jwks,
    privateKey,
    respond: (pathEnd, answer) =>
      void (answer ? takenOver.set(pathEnd, answer) : takenOver.delete(pathEnd)),
    token: (claims = {}, header = {}, key = privateKey) =>
      sign(goodClaims(host, now, claims), header, key),
    count: (pathEnd) => asked.filter((path) => path.endsWith(pathEnd)).length,
    close: async () => {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  };
}

/** What Entra would say in a v2 token A about alice (v1 with `ver: '1.0'`). */
function goodClaims(host: URL, now: () => number, changes: Claims): Claims {
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
