/** The refresh token grant (RFC 6749 §6). It evaluates every policy again. */
import { parseClaimsRequest } from '../claims-request.ts';
import { checkAccount } from '../conditional-access.ts';
import { Refusal } from '../refusal.ts';
import { parseScopes } from '../scopes.ts';
import { checkClientOrigin } from './grant-authorization-code.ts';
import { type Grant, requireParameter } from './token-request.ts';
import { issueUserTokens, spaRefreshLifetimeMs } from './token-response.ts';

/** Issues new tokens for a refresh token. */
export const grantRefreshToken: Grant = async (context, request) => {
  const { form, client, tenant, addFacts } = request;
  checkClientOrigin(request);
  const stored = context.refreshTokens.find(requireParameter(form, 'refresh_token'));
  if (!stored || stored.grant.client !== client) throw new Refusal(70000);

  const { grant } = stored;
  const { user, since, resource, oidc } = grant;
  const isSpaExpired = client.public && context.now() - since >= spaRefreshLifetimeMs;
  if (stored.isExpired || isSpaExpired) throw new Refusal(70008);
  if (tenant && tenant.id !== user.tenantId) {
    throw new Refusal(70000, { detail: 'The refresh token was issued by another tenant.' });
  }
  addFacts({ user: user.oid });
  checkAccount(context.policies, user);

  const defaultScope = `api://${resource.appId}/.default ${oidc.join(' ')}`;
  const scopes = parseScopes(context.directory, form.get('scope') ?? defaultScope);
  addFacts({
    resource: scopes.resource.appId,
    scopes: scopes.isDefault ? ['.default'] : scopes.names,
  });
  const claimsRequest = parseClaimsRequest(form.get('claims') ?? undefined);
  return issueUserTokens(context, request, { grant, scopes, claimsRequest, since });
};
