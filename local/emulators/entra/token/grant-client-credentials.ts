/** The client credentials grant: a token of the app alone. The chain never asks for one; experiments and negative tests need real ones. */

import { Refusal } from '../refusal.ts';
import { readScopes } from '../scopes.ts';
import { makeAccessToken } from './access-token.ts';
import type { Grant } from './token-request.ts';
import { describeForRecord } from './token-response.ts';

export const grantClientCredentials: Grant = async (context, request) => {
  const { client, proof, tenant, form } = request;
  if (proof === 0) throw new Refusal(7000218);
  if (!tenant) throw new Refusal(90002, { detail: 'A tenant is needed for an app-only token.' });
  const scopes = readScopes(context.directory, form.get('scope') ?? undefined);
  if (!scopes.isDefault) throw new Refusal(1002012);
  const { token, claims, expiresIn } = await makeAccessToken(context, {
    client,
    proof,
    resource: scopes.resource,
    tenantId: tenant.id,
  });
  request.note({
    resource: scopes.resource.appId,
    scopes: ['.default'],
    token: describeForRecord(claims),
  });
  return {
    token_type: 'Bearer',
    expires_in: expiresIn,
    ext_expires_in: expiresIn,
    access_token: token,
  };
};
