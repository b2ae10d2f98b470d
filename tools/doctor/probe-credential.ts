import type { OriginalSettings } from '../../original-api/settings.ts';
import { ApiError } from '../../shared/api-error.ts';
import { createEntra } from '../../shared/entra.ts';
import type { CredentialSource } from '../../shared/obo/credential.ts';
import { createExchange } from '../../shared/obo/exchange.ts';
import { redact } from '../../shared/redacted.ts';
import { bindToken, type Caller } from '../../shared/token/caller.ts';
import { aadstsCodes } from './aadsts-codes.ts';
import { problemMessages } from './problem-messages.ts';
import type { CheckResult } from './run-checks.ts';

/** The errors with which Entra rejects the assertion, after it has accepted the credential. */
const assertionErrors = ['invalid_grant', 'invalid_request', 'interaction_required'];

/** `AADSTS90002`, an unknown tenant: an `invalid_request` that says nothing about the assertion. */
const unknownTenant = 90002;

/** An id of no user and no app. */
const placeholderId = '00000000-0000-4000-8000-000000000000';

/**
 * Checks whether Entra accepts the credential. The probe sends the credential with an unsigned
 * assertion, for which Entra issues nothing: it rejects either the credential or, if the credential
 * is valid, the assertion.
 */
export async function probeCredential(
  settings: OriginalSettings,
  credential: CredentialSource,
): Promise<CheckResult> {
  const audience = settings.DOWNSTREAM_API_CLIENT_ID;
  const exchange = createExchange({
    entra: createEntra({
      tenantIds: [settings.AZURE_TENANT_ID],
      authorityHost: settings.AZURE_AUTHORITY_HOST,
    }),
    clientId: settings.ORIGINAL_API_CLIENT_ID,
    credential,
  });
  try {
    await exchange({
      caller: createUnsignedCaller(settings),
      scopes: [`api://${audience}/Documents.Read`],
      audiences: [audience],
      correlationId: crypto.randomUUID(),
    });
  } catch (error) {
    if (error instanceof ApiError && error.options.logContext?.check === 'exchange')
      return interpretRejection(error);
    throw error;
  }
  return {
    failed: 'the token endpoint issued a token for an unsigned assertion',
    fix: 'AZURE_AUTHORITY_HOST is not Entra. Correct it immediately.',
  };
}

function interpretRejection({ code, options }: ApiError): CheckResult {
  const { entraError, aadsts, explanation } = options.logContext ?? {};
  const aadstsCode: unknown = Array.isArray(aadsts) ? aadsts[0] : undefined;
  const suffix = aadstsCode === undefined ? '' : ` (AADSTS${aadstsCode})`;
  if (assertionErrors.includes(String(entraError)) && aadstsCode !== unknownTenant)
    return { ok: `Entra accepts it: it rejected only the assertion of the probe${suffix}` };
  const known = aadstsCodes[Number(aadstsCode)];
  return {
    failed: `${known?.meaning ?? explanation}${suffix}`,
    fix: known?.fix ?? problemMessages[code].fix,
  };
}

/** Creates a caller with a well-formed but unsigned token for Original API. */
function createUnsignedCaller(settings: OriginalSettings): Caller {
  const tenantId = settings.AZURE_TENANT_ID;
  const now = Math.floor(Date.now() / 1_000);
  const header = { typ: 'JWT', alg: 'RS256', kid: 'doctor' };
  const payload = {
    aud: settings.ORIGINAL_API_CLIENT_ID,
    iss: new URL(`${tenantId}/v2.0`, settings.AZURE_AUTHORITY_HOST).href,
    tid: tenantId,
    oid: placeholderId,
    sub: placeholderId,
    azp: placeholderId,
    azpacr: '0',
    scp: 'none',
    ver: '2.0',
    iat: now,
    nbf: now,
    exp: now + 300,
  };
  const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url');
  const emptySignature = Buffer.alloc(256).toString('base64url');
  const caller: Caller = {
    tenantId,
    objectId: placeholderId,
    scopes: [],
    roles: [],
    clientId: placeholderId,
    confidential: false,
    handlesChallenges: true,
    authContexts: [],
    expiresAt: payload.exp,
    digest: 'doctor',
    claims: {},
    checks: [],
  };
  return bindToken(caller, redact(`${encode(header)}.${encode(payload)}.${emptySignature}`));
}
