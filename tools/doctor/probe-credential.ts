import type { OriginalSettings } from '../../original-api/settings.ts';
import { ApiError } from '../../shared/api-error.ts';
import type { CredentialSource } from '../../shared/obo/credential.ts';
import { createExchange } from '../../shared/obo/exchange.ts';
import { redact } from '../../shared/redacted.ts';
import { type Caller, bindToken } from '../../shared/token/caller.ts';
import { createKeys } from '../../shared/token/keys.ts';
import { aadstsCodes } from './aadsts.ts';
import type { Outcome } from './check-up.ts';
import { codeWords } from './code-words.ts';

/** OAuth errors by which Entra says that it has looked at the assertion, and so has let the credential pass. */
const aboutTheAssertion = ['invalid_grant', 'invalid_request', 'interaction_required'];

/**
 * Shows the credential to Entra with an assertion that nobody signed: nothing can be issued for it, and which of the two Entra
 * complains about tells whether the credential is known.
 */
export async function probeCredential(
  settings: OriginalSettings,
  credential: CredentialSource,
): Promise<Outcome> {
  const {
    AZURE_AUTHORITY_HOST: authorityHost,
    AZURE_TENANT_ID: tenantId,
    ORIGINAL_API_CLIENT_ID: clientId,
  } = settings;
  const exchange = createExchange({
    authorityHost,
    clientId,
    credential,
    keys: createKeys({ authorityHost }),
  });
  const audience = settings.DOWNSTREAM_API_CLIENT_ID;
  try {
    await exchange({
      caller: nobody(settings, tenantId),
      scopes: [`api://${audience}/Documents.Read`],
      audiences: [audience],
      correlationId: crypto.randomUUID(),
    });
  } catch (error) {
    if (error instanceof ApiError && error.options.logContext?.check === 'exchange')
      return judge(error);
    throw error;
  }
  return {
    failed: 'it issued a token for an assertion that nobody signed',
    fix: 'AZURE_AUTHORITY_HOST is no Entra: check it at once.',
  };
}

function judge(apiError: ApiError): Outcome {
  const { entraError, aadsts, explanation } = apiError.options.logContext ?? {};
  const [code] = Array.isArray(aadsts) ? aadsts : [];
  const named = code === undefined ? '' : ` (AADSTS${code})`;
  const known = aadstsCodes[Number(code)];
  if (aboutTheAssertion.includes(String(entraError)) && code !== 90002)
    return { ok: `Entra knows it: of a probe it refused the assertion only${named}` };
  return {
    failed: `${known?.says ?? explanation}${named}`,
    fix: known?.fix ?? codeWords[apiError.code].look,
  };
}

/** A caller whose token is worth nothing: well formed, for Original, and signed by nobody. */
function nobody(
  { ORIGINAL_API_CLIENT_ID: audience, AZURE_AUTHORITY_HOST: host }: OriginalSettings,
  tenantId: string,
): Caller {
  const id = '00000000-0000-4000-8000-000000000000';
  const seconds = Math.floor(Date.now() / 1_000);
  const header = { typ: 'JWT', alg: 'RS256', kid: 'doctor' };
  const claims = {
    aud: audience,
    iss: new URL(`${tenantId}/v2.0`, host).href,
    tid: tenantId,
    oid: id,
    sub: id,
    azp: id,
    azpacr: '0',
  };
  const payload = {
    ...claims,
    scp: 'none',
    ver: '2.0',
    iat: seconds,
    nbf: seconds,
    exp: seconds + 300,
  };
  const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url');
  const token = `${encode(header)}.${encode(payload)}.${Buffer.alloc(256).toString('base64url')}`;
  const caller: Caller = {
    tenantId,
    objectId: id,
    scopes: [],
    roles: [],
    clientId: id,
    confidential: false,
    handlesChallenges: true,
    authContexts: [],
    expiresAt: payload.exp,
    digest: 'doctor',
    claims: {},
    checks: [],
  };
  return bindToken(caller, redact(token));
}
