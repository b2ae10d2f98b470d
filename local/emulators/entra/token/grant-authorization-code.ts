/** The authorization code grant with PKCE (RFC 6749 4.1.3, RFC 7636): the browser turns its code into tokens. */
import { createHash } from 'node:crypto';
import { checkUser } from '../conditional-access.ts';
import { Refusal } from '../refusal.ts';
import { type Grant, requireParameter, type TokenRequest } from './token-request.ts';
import { answerWithTokens } from './token-response.ts';

/** A single-page application redeems from its own origin, so a stolen code is of no use to a server. */
export function checkCrossOrigin({ client, origin }: TokenRequest): void {
  if (!client.public) return;
  const origins = client.redirectUris.map((uri) => new URL(uri).origin);
  if (origin === undefined || !origins.includes(origin)) throw new Refusal(9002327);
}

function checkVerifier(form: URLSearchParams, challenge: string | undefined): void {
  if (challenge === undefined) return;
  const verifier = requireParameter(form, 'code_verifier');
  if (createHash('sha256').update(verifier).digest('base64url') !== challenge)
    throw new Refusal(50148);
}

export const grantAuthorizationCode: Grant = async (context, request) => {
  const { form, client, tenant } = request;
  checkCrossOrigin(request);
  const code = requireParameter(form, 'code');
  const kept = context.codes.read(code);
  if (!kept || kept.grant.client !== client) throw new Refusal(70000);
  const { grant } = kept;
  if (kept.used) throw new Refusal(54005);
  if (kept.expired) throw new Refusal(70008);
  if (tenant && tenant.id !== grant.user.tenantId)
    throw new Refusal(70000, { detail: 'The code was issued by another tenant.' });
  if (requireParameter(form, 'redirect_uri') !== grant.redirectUri) throw new Refusal(50011);
  checkVerifier(form, grant.codeChallenge);
  context.codes.markUsed(code);
  request.note({
    user: grant.user.oid,
    resource: grant.scopes.resource.appId,
    scopes: grant.scopes.names,
  });
  checkUser(context.policies, grant.user);
  return answerWithTokens(context, request, {
    grant,
    scopes: grant.scopes,
    asked: grant.asked,
    nonce: grant.nonce,
  });
};
