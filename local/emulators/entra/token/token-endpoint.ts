/** POST /{tenant}/oauth2/v2.0/token (RFC 6749 §3.2). */
import type { EmulatorRequest, EmulatorResponse } from '../../context.ts';
import type { Tenant } from '../directory.ts';
import type { AddFacts, EntraContext } from '../entra-context.ts';
import { Refusal } from '../refusal.ts';
import { authenticationClasses } from './access-token.ts';
import { authenticateClient } from './client-authentication.ts';
import { grantAuthorizationCode } from './grant-authorization-code.ts';
import { grantClientCredentials } from './grant-client-credentials.ts';
import { grantOnBehalfOf } from './grant-on-behalf-of.ts';
import { grantRefreshToken } from './grant-refresh-token.ts';
import { type Grant, requireParameter } from './token-request.ts';

const grants = new Map<string, Grant>([
  ['authorization_code', grantAuthorizationCode],
  ['refresh_token', grantRefreshToken],
  ['client_credentials', grantClientCredentials],
  ['urn:ietf:params:oauth:grant-type:jwt-bearer', grantOnBehalfOf],
]);

/**
 * Parses the form of the request.
 * @throws {Refusal} 900561 for another method or type, 9002313 for a repeated parameter.
 */
function parseForm({ method, headers, body }: EmulatorRequest): URLSearchParams {
  const contentType = headers['content-type']?.split(';')[0]?.trim().toLowerCase();
  if (method !== 'POST' || contentType !== 'application/x-www-form-urlencoded') {
    throw new Refusal(900561);
  }
  const form = new URLSearchParams(body.toString('utf8'));
  const repeated = [...form.keys()].find((name) => form.getAll(name).length > 1);
  if (repeated) {
    throw new Refusal(9002313, { detail: `The parameter '${repeated}' is repeated.` });
  }
  return form;
}

/**
 * Authenticates the client and runs the grant. Resolves to a 200 with tokens.
 * @throws {Refusal} when the client or the grant is refused.
 */
export async function handleToken(
  context: EntraContext,
  request: EmulatorRequest,
  tenant: Tenant | undefined,
  addFacts: AddFacts,
): Promise<EmulatorResponse> {
  const form = parseForm(request);
  const grantType = requireParameter(form, 'grant_type');
  addFacts({ grant: grantType, client: form.get('client_id') });
  const grant = grants.get(grantType);
  if (!grant) throw new Refusal(70003, { detail: `'${grantType}'` });

  const { client, clientAuthentication } = await authenticateClient(context, form, tenant);
  addFacts({ client: client.appId, proof: authenticationClasses[clientAuthentication] });
  const { origin } = request.headers;
  const tokenRequest = { tenant, form, origin, client, clientAuthentication, addFacts };
  const body = await grant(context, tokenRequest);
  return { status: 200, headers: { 'Cache-Control': 'no-store', Pragma: 'no-cache' }, body };
}
