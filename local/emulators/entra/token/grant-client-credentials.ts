/**
 * The client credentials grant (RFC 6749 §4.4): an app-only token. The chain never uses it. Tests
 * use it to get a real token that the APIs must reject.
 */
import { Refusal } from '../refusal.ts';
import { parseScopes } from '../scopes.ts';
import { createAccessToken } from './access-token.ts';
import type { Grant } from './token-request.ts';
import { pickRecordedClaims } from './token-response.ts';

/** Issues an app-only token. */
export const grantClientCredentials: Grant = async (context, request) => {
  const { client, clientAuthentication, tenant, form, addFacts } = request;
  if (clientAuthentication === 'none') throw new Refusal(7000218);
  if (!tenant) throw new Refusal(90002, { detail: 'A tenant is needed for an app-only token.' });
  const { resource, isDefault } = parseScopes(context.directory, form.get('scope') ?? undefined);
  if (!isDefault) throw new Refusal(1002012);

  const { token, claims, expiresIn } = await createAccessToken(context, {
    client,
    clientAuthentication,
    resource,
    tenantId: tenant.id,
  });
  addFacts({
    resource: resource.appId,
    scopes: ['.default'],
    token: pickRecordedClaims(claims),
  });
  return {
    token_type: 'Bearer',
    expires_in: expiresIn,
    ext_expires_in: expiresIn,
    access_token: token,
  };
};
