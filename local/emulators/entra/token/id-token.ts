/** What a client learns about the user: the ID token and `client_info`. */
import { randomBytes } from 'node:crypto';
import type { EmulatorContext } from '../../context.ts';
import { createTokenId, deriveSubject } from '../derived-ids.ts';
import type { App, User } from '../directory.ts';

const lifetimeSeconds = 3_600;

/**
 * Creates a v2.0 ID token for the client. It has no `scp`, so an API can tell it from an access
 * token.
 * https://learn.microsoft.com/entra/identity-platform/id-token-claims-reference
 */
export function createIdToken(
  { origin, now, signingKeys }: EmulatorContext,
  client: App,
  user: User,
  nonce?: string,
): Promise<string> {
  const nowMs = now();
  const iat = Math.floor(nowMs / 1000);
  return signingKeys.sign({
    aud: client.appId,
    iss: `${origin}/${user.tenantId}/v2.0`,
    iat,
    nbf: iat,
    exp: iat + lifetimeSeconds,
    name: user.displayName,
    ...(nonce ? { nonce } : {}),
    oid: user.oid,
    preferred_username: user.upn,
    rh: `1.${randomBytes(24).toString('base64url')}.`,
    sub: deriveSubject(user.oid, client.appId),
    tid: user.tenantId,
    uti: createTokenId(nowMs),
    ver: '2.0',
  });
}

/** Creates `client_info`, from which MSAL derives the id of the account. */
export function createClientInfo(user: User): string {
  return Buffer.from(JSON.stringify({ uid: user.oid, utid: user.tenantId })).toString('base64url');
}
