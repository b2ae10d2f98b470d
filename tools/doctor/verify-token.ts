import { ApiError } from '../../shared/api-error.ts';
import { redact } from '../../shared/redacted.ts';
import { actorOf, claimChecks, claimedTenant, claimedVersion } from '../../shared/token/checks.ts';
import { createKeys } from '../../shared/token/keys.ts';
import { headerChecks } from '../../shared/token/parse.ts';
import { createValidator } from '../../shared/token/validate.ts';
import type { ChainContext, KnownApi } from './chain-context.ts';
import type { DecodedToken, UnverifiedClaims } from './decode-token.ts';

/** The result of verifying a token's signature with the keys of its issuer. */
export interface SignatureResult {
  /** Whether the signature is valid, if it could be verified. */
  readonly status: 'valid' | 'invalid' | 'not verified';
  /** The reason for the status, for display. */
  readonly detail: string;
  /** The check that failed when the status is `invalid`. */
  readonly failedCheck?: 'key' | 'signature';
  /** The value that `iss` must have. */
  readonly issuer: string;
  /** The issuer for which the signing key is published, where the key set states one. */
  readonly keyIssuer?: string | undefined;
}

/**
 * Verifies the signature with the keys of the configured authority. A token of another issuer is
 * not verified, and no host that a token names is contacted.
 */
export async function verifySignature(
  text: string,
  token: DecodedToken,
  { apis, authorityHost, now }: ChainContext,
): Promise<SignatureResult> {
  const { header = {}, payload = {} } = token;
  if (!authorityHost) {
    const detail = 'no settings and no running emulators define whose keys to use';
    return { status: 'not verified', detail, issuer: String(payload.iss) };
  }

  const version = claimedVersion(payload);
  const issuer = usualIssuer(authorityHost, String(payload.tid), version);
  if (payload.iss !== issuer) {
    const detail = `${authorityHost.origin}, the only source of keys, is not the issuer`;
    return { status: 'not verified', detail, issuer };
  }

  const tenantIds = [...new Set(apis.flatMap((api) => api.tenantIds))];
  const tenantId = claimedTenant(payload, tenantIds);
  const hasValidHeader = headerChecks.every(({ holds }) => holds(header));
  if (!tenantId || !version || token.formatFault || !hasValidHeader) {
    const detail = 'the format, tenant or version of the token is already invalid';
    return { status: 'not verified', detail, issuer };
  }

  const keys = createKeys({ authorityHost, now });
  try {
    const key = await keys.keyOf(tenantId, version, String(header.kid));
    const metadata = await keys.metadataOf(tenantId, version);
    const result = { issuer: metadata.issuer, keyIssuer: key?.keyIssuer };
    if (!key) {
      const detail = `${authorityHost.origin} does not publish the key`;
      return { ...result, status: 'invalid', detail, failedCheck: 'key' };
    }
    // The validator checks the signature before the audience, so no audience is needed here.
    const validate = createValidator({ keys, tenantIds, audience: '', now });
    if ((await findFailedCheck(text, validate)) === 'signature') {
      const detail = 'it does not match the token';
      return { ...result, status: 'invalid', detail, failedCheck: 'signature' };
    }
    const detail = `${authorityHost.origin} publishes the key`;
    return { ...result, status: 'valid', detail };
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    const { check, reason } = error.options.logContext ?? {};
    const detail = `the ${check} of ${authorityHost.origin} are unavailable (${reason})`;
    return { status: 'not verified', detail, issuer };
  }
}

/** Derives the issuer of an authority by Entra's rules, without fetching its metadata. */
function usualIssuer(authority: URL, tenantId: string, version: string | undefined): string {
  if (version === '2.0') return new URL(`${tenantId}/v2.0`, authority).href;
  if (authority.host === 'login.microsoftonline.com') return `https://sts.windows.net/${tenantId}/`;
  return new URL(`${tenantId}/`, authority).href;
}

/**
 * Finds the first check that the validator reports.
 * @throws {ApiError} `unavailable` when the keys cannot be fetched
 */
async function findFailedCheck(
  text: string,
  validate: ReturnType<typeof createValidator>,
): Promise<unknown> {
  try {
    await validate(redact(text));
    return undefined;
  } catch (error) {
    if (!(error instanceof ApiError) || error.code === 'unavailable') throw error;
    return error.options.logContext?.check;
  }
}

/**
 * The time claim that each of these checks compares with the clock. They are skipped when the claim
 * is not a number, which the check `lifetime` reports.
 */
const comparedTimeClaims: Readonly<Record<string, string>> = {
  'not-before': 'nbf',
  'issued-at': 'iat',
  expiry: 'exp',
};

/**
 * Lists every check that fails at this API, in the order in which the API performs them. The first
 * one is the check that the API itself reports.
 * @param now seconds since 1970
 */
export function findFailedChecks(
  token: DecodedToken,
  signature: SignatureResult,
  api: KnownApi,
  now: number,
): readonly string[] {
  const { header, payload, formatFault } = token;
  if (formatFault || !header || !payload) return [formatFault ?? 'form'];

  const failed: string[] = [];
  for (const { name, holds } of headerChecks) if (!holds(header)) failed.push(name);
  if (claimedTenant(payload, api.tenantIds) === undefined) failed.push('tenant');
  if (claimedVersion(payload) === undefined) failed.push('version');
  if (signature.failedCheck) failed.push(signature.failedCheck);

  const expected = {
    issuer: signature.issuer,
    keyIssuer: signature.keyIssuer,
    tenantIds: api.tenantIds,
    audience: api.clientId,
    now,
  };
  for (const { name, holds } of claimChecks) {
    const timeClaim = comparedTimeClaims[name];
    if (timeClaim !== undefined && typeof payload[timeClaim] !== 'number') continue;
    if (!holds(payload, expected)) failed.push(name);
  }
  failed.push(...findFailedCallerChecks(payload, api));
  return [...new Set(failed)];
}

/** Whether the token represents an app instead of a user. */
export function isAppOnly({ idtyp, scp, roles }: UnverifiedClaims): boolean {
  return idtyp === 'app' || (scp === undefined && roles !== undefined);
}

function findFailedCallerChecks(payload: UnverifiedClaims, api: KnownApi): readonly string[] {
  const { scp, idtyp } = payload;
  const isUserToken = scp !== undefined && (idtyp === undefined || idtyp === 'user');
  if (isAppOnly(payload) || !isUserToken) return ['kind'];

  const { clientId: client, authentication } = actorOf(payload);
  const granted = String(scp).split(' ');
  const failed: string[] = [];
  if (!api.clients.clientIds.includes(String(client))) failed.push('calling-app');
  if (api.clients.confidential && authentication === '0') failed.push('confidential-client');
  if (!api.scopes.some((scope) => granted.includes(scope))) failed.push('scope');
  return failed;
}
