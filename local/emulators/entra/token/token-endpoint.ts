/** POST /{tenant}/oauth2/v2.0/token: reads the form, authenticates the client, and lets the grant answer. */
import type { EmulatorRequest, EmulatorResponse } from '../../context.ts';
import type { Tenant } from '../directory.ts';
import { Refusal } from '../refusal.ts';
import { authenticateClient } from './client-authentication.ts';
import { grantAuthorizationCode } from './grant-authorization-code.ts';
import { grantClientCredentials } from './grant-client-credentials.ts';
import { grantOnBehalfOf } from './grant-on-behalf-of.ts';
import { grantRefreshToken } from './grant-refresh-token.ts';
import {
  type EntraContext,
  type Grant,
  requireParameter,
  type TokenRequest,
} from './token-request.ts';

const grants = new Map<string, Grant>([
  ['authorization_code', grantAuthorizationCode],
  ['refresh_token', grantRefreshToken],
  ['client_credentials', grantClientCredentials],
  ['urn:ietf:params:oauth:grant-type:jwt-bearer', grantOnBehalfOf],
]);

function readForm({ method, headers, body }: EmulatorRequest): URLSearchParams {
  const type = headers['content-type']?.split(';')[0]?.trim().toLowerCase();
  if (method !== 'POST' || type !== 'application/x-www-form-urlencoded') throw new Refusal(900561);
  const form = new URLSearchParams(body.toString('utf8'));
  const twice = [...new Set(form.keys())].find((name) => form.getAll(name).length > 1);
  if (twice) throw new Refusal(9002313, { detail: `The parameter '${twice}' is there twice.` });
  return form;
}

/** Answers 200 with tokens; every other outcome is thrown as a Refusal. */
export async function answerToken(
  context: EntraContext,
  request: EmulatorRequest,
  tenant: Tenant | undefined,
  note: TokenRequest['note'],
): Promise<EmulatorResponse> {
  const form = readForm(request);
  const grantType = requireParameter(form, 'grant_type');
  note({ grant: grantType, client: form.get('client_id') });
  const grant = grants.get(grantType);
  if (!grant) throw new Refusal(70003, { detail: `'${grantType}'` });
  const { client, proof } = await authenticateClient(context, form, tenant);
  note({ client: client.appId, proof });
  const body = await grant(context, {
    tenant,
    form,
    origin: request.headers.origin,
    client,
    proof,
    note,
  });
  return { status: 200, headers: { 'Cache-Control': 'no-store', Pragma: 'no-cache' }, body };
}
