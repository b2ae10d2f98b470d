/** The refresh grant (RFC 6749 6): new tokens without the user, who may be wanted after all, since every policy is evaluated again. */
import { readClaimsRequest } from '../claims-request.ts';
import { checkUser } from '../conditional-access.ts';
import { Refusal } from '../refusal.ts';
import { readScopes } from '../scopes.ts';
import { checkCrossOrigin } from './grant-authorization-code.ts';
import { type Grant, requireParameter } from './token-request.ts';
import { answerWithTokens, spaRefreshLifetime } from './token-response.ts';

export const grantRefreshToken: Grant = async (context, request) => {
  const { form, client, tenant } = request;
  checkCrossOrigin(request);
  const kept = context.refreshTokens.read(requireParameter(form, 'refresh_token'));
  if (!kept || kept.grant.client !== client) throw new Refusal(70000);
  const { grant } = kept;
  if (kept.expired || (client.public && context.now() - grant.since >= spaRefreshLifetime))
    throw new Refusal(70008);
  if (tenant && tenant.id !== grant.user.tenantId)
    throw new Refusal(70000, { detail: 'The refresh token was issued by another tenant.' });
  request.note({ user: grant.user.oid });
  checkUser(context.policies, grant.user);
  const scopes = readScopes(
    context.directory,
    form.get('scope') ?? `api://${grant.resource.appId}/.default ${grant.oidc.join(' ')}`,
  );
  request.note({
    resource: scopes.resource.appId,
    scopes: scopes.isDefault ? ['.default'] : scopes.names,
  });
  const asked = readClaimsRequest(form.get('claims') ?? undefined);
  return answerWithTokens(context, request, { grant, scopes, asked, since: grant.since });
};
