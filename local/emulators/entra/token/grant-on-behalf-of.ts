/** The On-Behalf-Of grant: a confidential client trades the token it was called with for one for the next API. */
import { readClaimsRequest } from '../claims-request.ts';
import { checkUser, type SignInFacts } from '../conditional-access.ts';
import { readTokenIdTime } from '../derived-ids.ts';
import type { User } from '../directory.ts';
import { Refusal } from '../refusal.ts';
import { readScopes } from '../scopes.ts';
import {
  type EntraContext,
  type Grant,
  requireParameter,
  type TokenRequest,
} from './token-request.ts';
import { answerWithTokens } from './token-response.ts';

type Claims = Readonly<Record<string, unknown>>;

/** Seconds by which an assertion may be late or early, as for client assertions. */
const clockSkew = 300;

/** Signature, issuer and tenant (50013), time (500133), audience (500131), kind (50027). */
async function readAssertion(
  context: EntraContext,
  { form, tenant, client }: TokenRequest,
): Promise<Claims> {
  const claims: Claims = await context.signingKeys
    .verify(requireParameter(form, 'assertion'))
    .catch(() => {
      throw new Refusal(50013, { detail: '[Reason - The key was not found.]' });
    });
  if (
    claims.tid !== tenant?.id ||
    ![`${context.origin}/${tenant?.id}/v2.0`, `${context.origin}/${tenant?.id}/`].includes(
      String(claims.iss),
    )
  ) {
    throw new Refusal(50013, { detail: '[Reason - The assertion was issued by another tenant.]' });
  }
  const now = context.now() / 1000;
  const { exp, nbf } = claims;
  const aud = Array.isArray(claims.aud) && claims.aud.length === 1 ? claims.aud[0] : claims.aud;
  if (
    typeof exp !== 'number' ||
    exp <= now - clockSkew ||
    (typeof nbf === 'number' && nbf > now + clockSkew)
  ) {
    throw new Refusal(500133, {
      detail: `Current time: ${new Date(context.now()).toISOString()}.`,
    });
  }
  if (aud !== client.appId && aud !== `api://${client.appId}`)
    throw new Refusal(500131, { detail: `App '${client.appId}', audience '${aud}'.` });
  if (claims.idtyp === 'app' || typeof claims.scp !== 'string') {
    throw new Refusal(50027, {
      detail: 'Only an access token of a user may be exchanged on behalf of the user.',
    });
  }
  return claims;
}

function readUser(context: EntraContext, claims: Claims): User {
  const user = context.directory.userByOid(String(claims.oid));
  if (!user || user.tenantId !== claims.tid)
    throw new Refusal(50013, { detail: '[Reason - The user was not found in the tenant.]' });
  checkUser(context.policies, user);
  return user;
}

function readSignIn(claims: Claims): SignInFacts {
  const list = (value: unknown) => (Array.isArray(value) ? value.map(String) : []);
  const issuedAt = readTokenIdTime(claims.uti) ?? Number(claims.iat) * 1000;
  return { at: issuedAt, mfa: list(claims.amr).includes('mfa'), acrs: list(claims.acrs) };
}

/**
 * Microsoft identity platform and OAuth 2.0 On-Behalf-Of flow, in Entra's order: the client is known already; then requested_token_use,
 * the assertion, the user, resource and scope, consent, assignment, Conditional Access, revoked sessions. Token B carries
 * what the sign-in behind token A went through (`amr`, `acrs`); the tenant is always the token's own, never /common.
 */
export const grantOnBehalfOf: Grant = async (context, request) => {
  const { form, client, proof, tenant } = request;
  if (proof === 0)
    throw new Refusal(7000114, { detail: `Application '${client.appId}' is public.` });
  const use = requireParameter(form, 'requested_token_use');
  if (use !== 'on_behalf_of')
    throw new Refusal(9002313, { detail: 'requested_token_use must be on_behalf_of.' });
  if (!tenant)
    throw new Refusal(90002, {
      detail:
        'The on-behalf-of flow needs the tenant of the assertion, not common or organizations.',
    });
  const claims = await readAssertion(context, request);
  request.note({
    assertion: {
      aud: claims.aud,
      azp: claims.azp ?? claims.appid,
      scp: claims.scp,
      acrs: claims.acrs,
    },
  });
  const user = readUser(context, claims);
  request.note({ user: user.oid });
  const scopes = readScopes(context.directory, form.get('scope') ?? undefined);
  request.note({
    resource: scopes.resource.appId,
    scopes: scopes.isDefault ? ['.default'] : scopes.names,
  });
  const asked = readClaimsRequest(form.get('claims') ?? undefined);
  return answerWithTokens(context, request, {
    grant: { client, user, signIn: readSignIn(claims) },
    scopes,
    asked,
  });
};
