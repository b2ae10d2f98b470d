/** The last steps of every grant for a user: the checks all of them share, the tokens, the answer. */

import type { ClaimsRequest } from '../claims-request.ts';
import {
  checkAssignment,
  checkConditionalAccess,
  checkRevocation,
  grantedContexts,
} from '../conditional-access.ts';
import type { RefreshGrant, UserGrant } from '../grant-store.ts';
import type { AskedScopes } from '../scopes.ts';
import { makeAccessToken } from './access-token.ts';
import { makeClientInfo, makeIdToken } from './id-token.ts';
import type { EntraContext, TokenRequest } from './token-request.ts';

interface UserTokens {
  readonly grant: UserGrant;
  readonly scopes: AskedScopes;
  readonly asked: ClaimsRequest;
  readonly nonce?: string | undefined;
  /** When the first refresh token of this chain was made, in milliseconds since 1970; now, where there was none. */
  readonly since?: number;
}

/** Life of a single-page application's refresh tokens, in milliseconds, counted from the first one: no refresh prolongs it. */
export const spaRefreshLifetime = 24 * 3_600_000;

/** The `scope` of the answer, spelled with the resource as the request did. */
function spellScopes({ prefix, isDefault, oidc }: AskedScopes, granted: readonly string[]): string {
  const names = isDefault ? [...granted, '.default'] : granted;
  return [...oidc, ...names.map((name) => (prefix ? `${prefix}/${name}` : name))].join(' ');
}

/**
 * Checks consent (65001), assignment (50105), Conditional Access (50076, 53003) and revoked sessions (50173), then makes the tokens.
 * With `openid` the answer has an id token, with `offline_access` a refresh token, with client_info=1 MSAL's account key.
 */
export async function answerWithTokens(
  context: EntraContext,
  request: TokenRequest,
  tokens: UserTokens,
): Promise<object> {
  const { grant, scopes, asked } = tokens;
  const { client, user, signIn } = grant;
  const granted = context.consents.require(user, client, scopes);
  checkAssignment(context.policies, user, scopes.resource);
  const refused = checkConditionalAccess(context.policies, {
    user,
    resource: scopes.resource,
    signIn,
    asked,
  });
  if (refused) throw refused;
  checkRevocation(context.policies, user, signIn.at);
  const acrs = grantedContexts(context.policies, { user, signIn, asked });
  const subject = { user, scopes: granted, signIn, acrs, cp1: asked.cp1 };
  const made = await makeAccessToken(context, {
    client,
    proof: request.proof,
    resource: scopes.resource,
    tenantId: user.tenantId,
    subject,
  });
  request.note({ token: describeForRecord(made.claims) });
  const since = tokens.since ?? context.now();
  return {
    token_type: 'Bearer',
    scope: spellScopes(scopes, granted),
    expires_in: made.expiresIn,
    ext_expires_in: made.expiresIn,
    access_token: made.token,
    ...(scopes.oidc.includes('openid')
      ? { id_token: await makeIdToken(context, client, user, tokens.nonce) }
      : {}),
    ...(scopes.oidc.includes('offline_access')
      ? keepRefreshToken(context, { ...grant, since, resource: scopes.resource, oidc: scopes.oidc })
      : {}),
    ...(request.form.get('client_info') === '1' ? { client_info: makeClientInfo(user) } : {}),
  };
}

function keepRefreshToken(context: EntraContext, grant: RefreshGrant) {
  const expiresIn = Math.floor((grant.since + spaRefreshLifetime - context.now()) / 1000);
  return {
    refresh_token: context.refreshTokens.keep(grant),
    ...(grant.client.public ? { refresh_token_expires_in: expiresIn } : {}),
  };
}

const recorded = [
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

/** The claims worth showing; a GUID tells who, names and the upn stay out of the record. */
export function describeForRecord(
  claims: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  return Object.fromEntries(
    recorded.filter((name) => claims[name] !== undefined).map((name) => [name, claims[name]]),
  );
}
