/** The authorization code grant (RFC 6749 §4.1.3) with PKCE (RFC 7636). */
import { createHash } from 'node:crypto';
import { checkAccount } from '../conditional-access.ts';
import { Refusal } from '../refusal.ts';
import { type Grant, requireParameter, type TokenRequest } from './token-request.ts';
import { issueUserTokens } from './token-response.ts';

/**
 * Checks that a public client sends the request from its own origin, so that a server cannot redeem
 * a stolen code.
 * @throws {Refusal} (9002327) for another origin.
 */
export function checkClientOrigin({ client, origin }: TokenRequest): void {
  if (!client.public) return;
  const origins = client.redirectUris.map((uri) => new URL(uri).origin);
  if (origin === undefined || !origins.includes(origin)) throw new Refusal(9002327);
}

function checkCodeVerifier(form: URLSearchParams, codeChallenge: string | undefined): void {
  if (codeChallenge === undefined) return;
  const verifier = requireParameter(form, 'code_verifier');
  const hash = createHash('sha256').update(verifier).digest('base64url');
  if (hash !== codeChallenge) throw new Refusal(50148);
}

/** Redeems an authorization code. */
export const grantAuthorizationCode: Grant = async (context, request) => {
  const { form, client, tenant, addFacts } = request;
  checkClientOrigin(request);
  const code = requireParameter(form, 'code');
  const stored = context.codes.find(code);
  if (!stored || stored.grant.client !== client) throw new Refusal(70000);
  if (stored.isUsed) throw new Refusal(54005);
  if (stored.isExpired) throw new Refusal(70008);

  const { grant } = stored;
  const { user, scopes, claimsRequest, nonce } = grant;
  if (tenant && tenant.id !== user.tenantId) {
    throw new Refusal(70000, { detail: 'The code was issued by another tenant.' });
  }
  if (requireParameter(form, 'redirect_uri') !== grant.redirectUri) throw new Refusal(50011);
  checkCodeVerifier(form, grant.codeChallenge);
  context.codes.markUsed(code);

  addFacts({ user: user.oid, resource: scopes.resource.appId, scopes: scopes.names });
  checkAccount(context.policies, user);
  return issueUserTokens(context, request, { grant, scopes, claimsRequest, nonce });
};
