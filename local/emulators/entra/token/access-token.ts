/**
 * Access tokens in Entra's format. `requestedAccessTokenVersion` of the resource decides between
 * v1.0 and v2.0.
 * https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference
 */
import { randomBytes, randomInt } from 'node:crypto';
import type { EmulatorContext } from '../../context.ts';
import type { SignIn } from '../conditional-access.ts';
import { createTokenId, deriveGuid, deriveSubject } from '../derived-ids.ts';
import type { App, User } from '../directory.ts';
import { microsoftGraph } from '../microsoft-graph.ts';
import { signGraphToken } from './graph-token.ts';
import type { ClientAuthentication } from './token-request.ts';

/** The user of a delegated token. */
export interface TokenSubject {
  /** The user whom the token identifies. */
  readonly user: User;
  /** The names of the granted scopes, such as `Documents.Read`. */
  readonly scopes: readonly string[];
  /** How and when the user signed in. */
  readonly signIn: SignIn;
  /** The authentication contexts in the token. */
  readonly acrs: readonly string[];
  /** Whether the client can handle claims challenges. */
  readonly cp1: boolean;
}

/** The parties of an access token. */
export interface AccessTokenOptions {
  /** The app that requests the token. */
  readonly client: App;
  /** How the client authenticated. */
  readonly clientAuthentication: ClientAuthentication;
  /** The API that the token is for. */
  readonly resource: App;
  /** The tenant that issues the token. */
  readonly tenantId: string;
  /** Absent for an app-only token. */
  readonly subject?: TokenSubject;
}

/** A signed access token. */
export interface AccessToken {
  /** The compact JWT. */
  readonly token: string;
  /** The claims in the token. */
  readonly claims: Readonly<Record<string, unknown>>;
  /** How long the token is valid, in seconds. */
  readonly expiresIn: number;
}

/** The values of `azpacr` and `appidacr`. */
export const authenticationClasses: Readonly<Record<ClientAuthentication, 0 | 1 | 2>> = {
  none: 0,
  secret: 1,
  assertion: 2,
};

const minLifetimeSeconds = 60 * 60;
const maxLifetimeSeconds = 90 * 60;

function createUserClaims({ user, scopes, signIn, acrs, cp1 }: TokenSubject, resource: App) {
  const roles = user.roles?.[resource.name];
  const groups = Array.from({ length: user.groups ?? 0 }, (_, index) =>
    deriveGuid(`group ${index}`),
  );
  return {
    ...(acrs.length > 0 ? { acrs } : {}),
    amr: signIn.mfa ? ['pwd', 'mfa'] : ['pwd'],
    ...(groups.length > 0 ? { groups } : {}),
    idtyp: 'user',
    name: user.displayName,
    oid: user.oid,
    ...(roles ? { roles } : {}),
    scp: scopes.join(' '),
    sub: deriveSubject(user.oid, resource.appId),
    ...(cp1 ? { xms_cc: ['cp1'] } : {}),
  };
}

function createAppClaims(client: App, tenantId: string) {
  const oid = deriveGuid(`service principal ${client.appId} ${tenantId}`);
  return { idtyp: 'app', oid, sub: oid };
}

/** The claims whose names or values depend on the version. */
function createVersionedClaims(origin: string, options: AccessTokenOptions) {
  const { client, clientAuthentication, resource, tenantId, subject } = options;
  const authenticationClass = String(authenticationClasses[clientAuthentication]);
  const upn = subject?.user.upn;
  if (resource.requestedAccessTokenVersion === 1) {
    return {
      aud: resource === microsoftGraph ? resource.appId : resource.identifierUri,
      iss: `${origin}/${tenantId}/`,
      ver: '1.0',
      appid: client.appId,
      appidacr: authenticationClass,
      ...(upn ? { upn, unique_name: upn } : {}),
    };
  }
  return {
    aud: resource.appId,
    iss: `${origin}/${tenantId}/v2.0`,
    ver: '2.0',
    azp: client.appId,
    azpacr: authenticationClass,
    ...(upn ? { preferred_username: upn } : {}),
  };
}

/** Creates the claims of a token that is valid for 60 to 90 minutes, as in Entra. */
export function createAccessTokenClaims(
  { origin, now }: Pick<EmulatorContext, 'origin' | 'now'>,
  options: AccessTokenOptions,
) {
  const { client, resource, tenantId, subject } = options;
  const nowMs = now();
  const iat = Math.floor(nowMs / 1000);
  return {
    ...createVersionedClaims(origin, options),
    ...(subject ? createUserClaims(subject, resource) : createAppClaims(client, tenantId)),
    iat,
    nbf: iat,
    exp: iat + randomInt(minLifetimeSeconds, maxLifetimeSeconds),
    tid: tenantId,
    uti: createTokenId(nowMs),
    aio: randomBytes(48).toString('base64'),
    rh: `1.${randomBytes(24).toString('base64url')}.`,
  };
}

/**
 * Signs the claims of an access token in the format of the resource. Only Microsoft Graph can
 * verify its tokens.
 */
export function signAccessToken(
  { signingKeys }: Pick<EmulatorContext, 'signingKeys'>,
  resource: App,
  claims: object,
): Promise<string> {
  if (resource === microsoftGraph) return signGraphToken(signingKeys, claims);
  return signingKeys.sign(claims);
}

/** Creates and signs an access token. */
export async function createAccessToken(
  context: EmulatorContext,
  options: AccessTokenOptions,
): Promise<AccessToken> {
  const claims = createAccessTokenClaims(context, options);
  const token = await signAccessToken(context, options.resource, claims);
  return { token, claims, expiresIn: claims.exp - claims.iat };
}
