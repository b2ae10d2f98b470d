/** What the client itself learns about the user: the id token and `client_info`. */
import { randomBytes } from 'node:crypto';
import type { EmulatorContext } from '../../context.ts';
import { deriveSubject, makeTokenId } from '../derived-ids.ts';
import type { App, User } from '../directory.ts';

/** A v2.0 id token for the client, valid one hour; it has no `scp`, so no API takes it for an access token. */
export function makeIdToken(
  { origin, now, signingKeys }: EmulatorContext,
  client: App,
  user: User,
  nonce?: string,
): Promise<string> {
  const iat = Math.floor(now() / 1000);
  return signingKeys.sign({
    aud: client.appId,
    iss: `${origin}/${user.tenantId}/v2.0`,
    iat,
    nbf: iat,
    exp: iat + 3_600,
    name: user.displayName,
    ...(nonce ? { nonce } : {}),
    oid: user.oid,
    preferred_username: user.upn,
    rh: `1.${randomBytes(24).toString('base64url')}.`,
    sub: deriveSubject(user.oid, client.appId),
    tid: user.tenantId,
    uti: makeTokenId(now()),
    ver: '2.0',
  });
}

/** MSAL's account key: base64url JSON of the user's and the tenant's id. */
export function makeClientInfo(user: User): string {
  return Buffer.from(JSON.stringify({ uid: user.oid, utid: user.tenantId })).toString('base64url');
}
