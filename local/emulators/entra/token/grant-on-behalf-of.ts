/**
 * The On-Behalf-Of grant: a confidential client exchanges the user's access token that it received
 * for a token for the next API. The numbers below are the AADSTS codes of failed checks.
 * https://learn.microsoft.com/entra/identity-platform/v2-oauth2-on-behalf-of-flow
 */
import { parseClaimsRequest } from '../claims-request.ts';
import { checkAccount, type SignIn } from '../conditional-access.ts';
import { readTokenIdTime } from '../derived-ids.ts';
import type { App, Tenant, User } from '../directory.ts';
import type { EntraContext } from '../entra-context.ts';
import { Refusal } from '../refusal.ts';
import { parseScopes } from '../scopes.ts';
import { clockToleranceSeconds } from './client-assertion.ts';
import { type Grant, requireParameter } from './token-request.ts';
import { issueUserTokens } from './token-response.ts';

type Claims = Readonly<Record<string, unknown>>;

/** Verifies the signature (50013). */
async function verifySignature(context: EntraContext, assertion: string): Promise<Claims> {
  try {
    return await context.signingKeys.verify(assertion);
  } catch {
    throw new Refusal(50013, { detail: '[Reason - The key was not found.]' });
  }
}

/** Checks `iss` and `tid` (50013). */
function checkIssuer({ iss, tid }: Claims, origin: string, tenant: Tenant): void {
  const issuers = [`${origin}/${tenant.id}/v2.0`, `${origin}/${tenant.id}/`];
  if (tid === tenant.id && issuers.includes(String(iss))) return;
  throw new Refusal(50013, { detail: '[Reason - The assertion was issued by another tenant.]' });
}

/** Checks `exp` and `nbf` (500133). */
function checkTimes({ exp, nbf }: Claims, nowMs: number): void {
  const nowSeconds = nowMs / 1000;
  const isExpired = typeof exp !== 'number' || exp <= nowSeconds - clockToleranceSeconds;
  const isEarly = typeof nbf === 'number' && nbf > nowSeconds + clockToleranceSeconds;
  if (!isExpired && !isEarly) return;
  throw new Refusal(500133, { detail: `Current time: ${new Date(nowMs).toISOString()}.` });
}

/** Checks that the assertion is for the client (500131). */
function checkAudience(claims: Claims, client: App): void {
  let { aud } = claims;
  if (Array.isArray(aud) && aud.length === 1) aud = aud[0];
  if (aud === client.appId || aud === `api://${client.appId}`) return;
  throw new Refusal(500131, { detail: `App '${client.appId}', audience '${aud}'.` });
}

/** Checks that the assertion is neither an app-only token nor an ID token (50027). */
function checkIsUserToken({ idtyp, scp }: Claims): void {
  if (idtyp !== 'app' && typeof scp === 'string') return;
  throw new Refusal(50027, {
    detail: 'Only an access token of a user may be exchanged on behalf of the user.',
  });
}

/** Finds the user of the assertion and checks the account (50013, 50057). */
function readUser({ directory, policies }: EntraContext, claims: Claims): User {
  const user = directory.userByOid(String(claims.oid));
  if (!user || user.tenantId !== claims.tid) {
    throw new Refusal(50013, { detail: '[Reason - The user was not found in the tenant.]' });
  }
  checkAccount(policies, user);
  return user;
}

/** Reads the sign-in from the assertion. So the new token has the same `amr` and `acrs`. */
function readSignIn({ uti, iat, amr, acrs }: Claims): SignIn {
  const toStrings = (value: unknown) => (Array.isArray(value) ? value.map(String) : []);
  return {
    at: readTokenIdTime(uti) ?? Number(iat) * 1000,
    mfa: toStrings(amr).includes('mfa'),
    acrs: toStrings(acrs),
  };
}

/**
 * Issues a token for the next API. The checks run in Entra's order. The token endpoint has
 * authenticated the client before.
 */
export const grantOnBehalfOf: Grant = async (context, request) => {
  const { form, client, clientAuthentication, tenant, addFacts } = request;
  if (clientAuthentication === 'none') {
    throw new Refusal(7000114, { detail: `Application '${client.appId}' is public.` });
  }
  if (requireParameter(form, 'requested_token_use') !== 'on_behalf_of') {
    throw new Refusal(9002313, { detail: 'requested_token_use must be on_behalf_of.' });
  }
  if (!tenant) {
    throw new Refusal(90002, {
      detail:
        'The on-behalf-of flow needs the tenant of the assertion, not common or organizations.',
    });
  }

  const claims = await verifySignature(context, requireParameter(form, 'assertion'));
  checkIssuer(claims, context.origin, tenant);
  checkTimes(claims, context.now());
  checkAudience(claims, client);
  checkIsUserToken(claims);
  const { aud, azp, appid, scp, acrs } = claims;
  addFacts({ assertion: { aud, azp: azp ?? appid, scp, acrs } });
  const user = readUser(context, claims);
  addFacts({ user: user.oid });

  const scopes = parseScopes(context.directory, form.get('scope') ?? undefined);
  addFacts({
    resource: scopes.resource.appId,
    scopes: scopes.isDefault ? ['.default'] : scopes.names,
  });
  const claimsRequest = parseClaimsRequest(form.get('claims') ?? undefined);
  const grant = { client, user, signIn: readSignIn(claims) };
  return issueUserTokens(context, request, { grant, scopes, claimsRequest });
};
