/** The last step of every grant for a user: the checks that they share, and the token response. */
import type { ClaimsRequest } from '../claims-request.ts';
import {
  checkAssignment,
  checkRevocation,
  evaluateConditionalAccess,
  listAuthContexts,
} from '../conditional-access.ts';
import type { EntraContext } from '../entra-context.ts';
import type { RefreshGrant, UserGrant } from '../grant-store.ts';
import type { RequestedScopes } from '../scopes.ts';
import { createAccessToken } from './access-token.ts';
import { createClientInfo, createIdToken } from './id-token.ts';
import type { TokenRequest } from './token-request.ts';

/**
 * How long the refresh tokens of a single-page application are valid, in milliseconds. It counts
 * from the sign-in: a refresh does not extend it.
 */
export const spaRefreshLifetimeMs = 24 * 3_600_000;

/** What the tokens for a user are based on. */
export interface UserTokenOptions {
  /** Who signed in to which client. */
  readonly grant: UserGrant;
  /** The requested scopes. */
  readonly scopes: RequestedScopes;
  /** The requested claims. */
  readonly claimsRequest: ClaimsRequest;
  /** The `nonce` of the ID token. */
  readonly nonce?: string | undefined;
  /**
   * When the first refresh token of this sign-in was issued, in milliseconds since 1970.
   * Default: now.
   */
  readonly since?: number;
}

/** The body of a token response (RFC 6749 §5.1, OpenID Connect Core §3.1.3.3). */
export interface TokenResponse {
  /** The only type that Entra issues for these requests. */
  readonly token_type: 'Bearer';
  /** The granted scopes, separated by spaces. */
  readonly scope: string;
  /** How long the access token is valid, in seconds. */
  readonly expires_in: number;
  /** How long it is valid during an outage of Entra, in seconds. Here the same as `expires_in`. */
  readonly ext_expires_in: number;
  /** A signed JWT. */
  readonly access_token: string;
  /** Present when `openid` was requested. */
  readonly id_token?: string;
  /** Present when `offline_access` was requested. */
  readonly refresh_token?: string;
  /** How long the refresh token is valid, in seconds. Present for a single-page application. */
  readonly refresh_token_expires_in?: number;
  /** Present when the request had `client_info=1`. */
  readonly client_info?: string;
}

/** Writes the granted scopes, with the resource as the request spelled it. */
function formatScopes(
  { prefix, isDefault, oidc }: RequestedScopes,
  granted: readonly string[],
): string {
  const names = isDefault ? [...granted, '.default'] : granted;
  const qualified = names.map((name) => (prefix ? `${prefix}/${name}` : name));
  return [...oidc, ...qualified].join(' ');
}

/**
 * Runs the checks that all grants for a user share.
 * @returns The granted scopes.
 * @throws {Refusal} 65001 and 90094 without consent, 50105 without an assignment, 50076 and 53003
 *   for Conditional Access, 50173 for revoked sessions.
 */
function checkUserGrant(
  { consents, policies }: EntraContext,
  { grant, scopes, claimsRequest }: UserTokenOptions,
): readonly string[] {
  const { client, user, signIn } = grant;
  const { resource } = scopes;
  const granted = consents.requireScopes(user, client, scopes);
  checkAssignment(policies, user, resource);
  const attempt = { user, resource, signIn, claimsRequest };
  const refusal = evaluateConditionalAccess(policies, attempt);
  if (refusal) throw refusal;
  checkRevocation(policies, user, signIn.at);
  return granted;
}

/**
 * Runs the checks, then issues the requested tokens.
 * @throws {Refusal} when a check fails.
 */
export async function issueUserTokens(
  context: EntraContext,
  request: TokenRequest,
  options: UserTokenOptions,
): Promise<TokenResponse> {
  const { grant, scopes, claimsRequest, nonce } = options;
  const { client, user, signIn } = grant;
  const granted = checkUserGrant(context, options);
  const accessToken = await createAccessToken(context, {
    client,
    clientAuthentication: request.clientAuthentication,
    resource: scopes.resource,
    tenantId: user.tenantId,
    subject: {
      user,
      scopes: granted,
      signIn,
      acrs: listAuthContexts(context.policies, { user, signIn, claimsRequest }),
      cp1: claimsRequest.cp1,
    },
  });
  request.addFacts({ token: pickRecordedClaims(accessToken.claims) });

  const { since = context.now() } = options;
  const refreshGrant = { ...grant, since, resource: scopes.resource, oidc: scopes.oidc };
  const wantsIdToken = scopes.oidc.includes('openid');
  const wantsRefreshToken = scopes.oidc.includes('offline_access');
  const wantsClientInfo = request.form.get('client_info') === '1';
  return {
    token_type: 'Bearer',
    scope: formatScopes(scopes, granted),
    expires_in: accessToken.expiresIn,
    ext_expires_in: accessToken.expiresIn,
    access_token: accessToken.token,
    ...(wantsIdToken ? { id_token: await createIdToken(context, client, user, nonce) } : {}),
    ...(wantsRefreshToken ? issueRefreshToken(context, refreshGrant) : {}),
    ...(wantsClientInfo ? { client_info: createClientInfo(user) } : {}),
  };
}

function issueRefreshToken(
  context: EntraContext,
  grant: RefreshGrant,
): Pick<TokenResponse, 'refresh_token' | 'refresh_token_expires_in'> {
  const refreshToken = context.refreshTokens.save(grant);
  if (!grant.client.public) return { refresh_token: refreshToken };
  const remainingMs = grant.since + spaRefreshLifetimeMs - context.now();
  return {
    refresh_token: refreshToken,
    refresh_token_expires_in: Math.floor(remainingMs / 1000),
  };
}

/** Names and the upn are not recorded. */
const recordedClaims = [
  'aud',
  'iss',
  'ver',
  'azp',
  'azpacr',
  'appid',
  'appidacr',
  'scp',
  'roles',
  'oid',
  'tid',
  'acrs',
  'amr',
  'idtyp',
  'exp',
];

/** Picks the claims of an access token that the recorder shows. */
export function pickRecordedClaims(
  claims: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const present = recordedClaims.filter((name) => claims[name] !== undefined);
  return Object.fromEntries(present.map((name) => [name, claims[name]]));
}
