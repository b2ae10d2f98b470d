/** Access tokens as Entra makes them; the version is the resource's choice (`requestedAccessTokenVersion`), never the client's. */
import { randomBytes, randomInt } from 'node:crypto';
import type { EmulatorContext } from '../../context.ts';
import type { SignInFacts } from '../conditional-access.ts';
import { deriveGuid, deriveSubject, makeTokenId } from '../derived-ids.ts';
import type { App, User } from '../directory.ts';

/** How the client proved itself: 0 not at all (public), 1 by a secret, 2 by a certificate or an assertion. */
export type ClientProof = 0 | 1 | 2;

export interface AccessTokenRequest {
  readonly client: App;
  readonly proof: ClientProof;
  readonly resource: App;
  readonly tenantId: string;
  /** Absent: an app-only token. */
  readonly subject?: {
    readonly user: User;
    readonly scopes: readonly string[];
    readonly signIn: SignInFacts;
    readonly acrs: readonly string[];
    readonly cp1: boolean;
  };
}

export interface MadeToken {
  readonly token: string;
  readonly claims: Readonly<Record<string, unknown>>;
  /** Seconds. */
  readonly expiresIn: number;
}

type Subject = NonNullable<AccessTokenRequest['subject']>;

function userClaims({ user, scopes, signIn, acrs, cp1 }: Subject, resource: App) {
  const roles = user.roles?.[resource.name];
  return {
    ...(acrs.length > 0 ? { acrs } : {}),
    amr: signIn.mfa ? ['pwd', 'mfa'] : ['pwd'],
    ...(user.groups
      ? { groups: Array.from({ length: user.groups }, (_, index) => deriveGuid(`group ${index}`)) }
      : {}),
    idtyp: 'user',
    name: user.displayName,
    oid: user.oid,
    ...(roles ? { roles } : {}),
    scp: scopes.join(' '),
    sub: deriveSubject(user.oid, resource.appId),
    ...(cp1 ? { xms_cc: ['cp1'] } : {}),
  };
}

function appClaims(client: App, tenantId: string) {
  const oid = deriveGuid(`service principal ${client.appId} ${tenantId}`);
  return { idtyp: 'app', oid, sub: oid };
}

/** The claims that v1.0 and v2.0 spell differently. */
function versionedClaims(
  origin: string,
  { client, proof, resource, tenantId, subject }: AccessTokenRequest,
) {
  if (resource.requestedAccessTokenVersion === 1) {
    const upn = subject ? { upn: subject.user.upn, unique_name: subject.user.upn } : {};
    const aud = resource.name === 'graph' ? resource.appId : `api://${resource.appId}`;
    return {
      aud,
      iss: `${origin}/${tenantId}/`,
      ver: '1.0',
      appid: client.appId,
      appidacr: String(proof),
      ...upn,
    };
  }
  const upn = subject ? { preferred_username: subject.user.upn } : {};
  return {
    aud: resource.appId,
    iss: `${origin}/${tenantId}/v2.0`,
    ver: '2.0',
    azp: client.appId,
    azpacr: String(proof),
    ...upn,
  };
}

/** The unsigned claims; lives 60 to 90 minutes as at the real Entra. */
export function describeAccessToken(
  { origin, now }: Pick<EmulatorContext, 'origin' | 'now'>,
  request: AccessTokenRequest,
) {
  const at = now();
  const iat = Math.floor(at / 1000);
  return {
    ...versionedClaims(origin, request),
    ...(request.subject
      ? userClaims(request.subject, request.resource)
      : appClaims(request.client, request.tenantId)),
    iat,
    nbf: iat,
    exp: iat + randomInt(60 * 60, 90 * 60),
    tid: request.tenantId,
    uti: makeTokenId(at),
    aio: randomBytes(48).toString('base64'),
    rh: `1.${randomBytes(24).toString('base64url')}.`,
  };
}

/** Makes and signs the token. A token for Graph has a `nonce` in its header, which is why no other API can validate one. */
export async function makeAccessToken(
  context: EmulatorContext,
  request: AccessTokenRequest,
): Promise<MadeToken> {
  const claims = describeAccessToken(context, request);
  const header =
    request.resource.name === 'graph' ? { nonce: randomBytes(32).toString('base64url') } : {};
  return {
    token: await context.signingKeys.sign(claims, header),
    claims,
    expiresIn: claims.exp - claims.iat,
  };
}
