import { ApiError } from '../../shared/api-error.ts';
import { redact } from '../../shared/redacted.ts';
import { actorOf, claimChecks, claimedTenant, claimedVersion } from '../../shared/token/checks.ts';
import { createKeys } from '../../shared/token/keys.ts';
import { headerChecks } from '../../shared/token/parse.ts';
import { createValidator } from '../../shared/token/validate.ts';
import type { LookedAt } from './read-token.ts';
import type { KnownApi, Surroundings } from './surroundings.ts';

type Claims = Readonly<Record<string, unknown>>;

/** What Entra's own documents say of a token. */
export interface Provenance {
  /** In words, for a person. */
  readonly signature: string;
  readonly failed?: 'key' | 'signature';
  /** What `iss` must be. */
  readonly issuer: string;
  readonly keyIssuer?: string | undefined;
}

/**
 * Checks the signature with the keys of the configured authority, and only when the token names that authority as its issuer:
 * a token never decides which host is asked.
 */
export async function findProvenance(
  text: string,
  looked: LookedAt,
  { apis, authorityHost, now }: Surroundings,
): Promise<Provenance> {
  const { header = {}, payload = {} } = looked;
  const tenantIds = [...new Set(apis.flatMap((api) => api.tenantIds))];
  const tenantId = claimedTenant(payload, tenantIds);
  const version = claimedVersion(payload);
  if (!authorityHost)
    return {
      signature: 'not checked: no settings and no running emulators say whose keys to use',
      issuer: String(payload.iss),
    };
  const issuer = usualIssuer(authorityHost, String(payload.tid), version);
  if (payload.iss !== issuer)
    return {
      signature: `not checked: ${authorityHost.origin} is not its issuer, and nobody else is asked for keys`,
      issuer,
    };
  if (!tenantId || !version || looked.formFault || headerChecks.some(({ holds }) => !holds(header)))
    return { signature: 'not checked: its form, tenant or version rules it out before', issuer };
  const keys = createKeys({ authorityHost, now });
  try {
    const key = await keys.keyOf(tenantId, version, String(header.kid));
    const { issuer: named } = await keys.metadataOf(tenantId, version);
    const failed = key
      ? await signatureFault(text, createValidator({ keys, tenantIds, audience: '', now }))
      : 'key';
    const signature = failed ? 'bad' : `good, by a key that ${authorityHost.origin} publishes`;
    return { signature, ...(failed ? { failed } : {}), issuer: named, keyIssuer: key?.keyIssuer };
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    const { check, reason } = error.options.logContext ?? {};
    return {
      signature: `not checked: the ${check} of ${authorityHost.origin} cannot be had (${reason})`,
      issuer,
    };
  }
}

const usualIssuer = (authority: URL, tenantId: string, version: string | undefined) => {
  if (version === '2.0') return new URL(`${tenantId}/v2.0`, authority).href;
  return authority.host === 'login.microsoftonline.com'
    ? `https://sts.windows.net/${tenantId}/`
    : new URL(`${tenantId}/`, authority).href;
};

async function signatureFault(
  text: string,
  validate: ReturnType<typeof createValidator>,
): Promise<'signature' | undefined> {
  const check = await validate(redact(text)).then(
    () => undefined,
    (error: unknown) => {
      if (error instanceof ApiError && error.code !== 'unavailable')
        return error.options.logContext?.check;
      throw error;
    },
  );
  return check === 'signature' ? check : undefined;
}

/** The time claims of the checks that make sense only where the claim is a number; `lifetime` speaks for the others. */
const timeClaims: Readonly<Record<string, string>> = {
  'not-before': 'nbf',
  'issued-at': 'iat',
  expiry: 'exp',
};

/** The names of all checks that this API would fail the token for, in the order in which it looks. */
export function judgeToken(
  looked: LookedAt,
  provenance: Provenance,
  api: KnownApi,
  now: number,
): readonly string[] {
  const { header, payload, formFault } = looked;
  if (formFault || !header || !payload) return [formFault ?? 'form'];
  const { issuer, keyIssuer, failed } = provenance;
  const expected = { issuer, keyIssuer, tenantIds: api.tenantIds, audience: api.clientId, now };
  const claims = claimChecks
    .filter(
      ({ name }) => typeof payload[timeClaims[name] ?? ''] === 'number' || !(name in timeClaims),
    )
    .filter(({ holds }) => !holds(payload, expected));
  return [
    ...new Set([
      ...headerChecks.filter(({ holds }) => !holds(header)).map(({ name }) => name),
      ...(claimedTenant(payload, api.tenantIds) === undefined ? ['tenant'] : []),
      ...(claimedVersion(payload) === undefined ? ['version'] : []),
      ...(failed ? [failed] : []),
      ...claims.map(({ name }) => name),
      ...judgeCaller(payload, api),
    ]),
  ];
}

export const isAppOnly = ({ idtyp, scp, roles }: Claims) =>
  idtyp === 'app' || (scp === undefined && roles !== undefined);

function judgeCaller(payload: Claims, { clients, scopes }: KnownApi): readonly string[] {
  const { scp, idtyp } = payload;
  if (isAppOnly(payload) || scp === undefined || (idtyp !== undefined && idtyp !== 'user'))
    return ['kind'];
  const { client, authentication } = actorOf(payload);
  const held = String(scp).split(' ');
  return [
    ...(clients.clientIds.includes(String(client)) ? [] : ['calling-app']),
    ...(clients.confidential && authentication === '0' ? ['confidential-client'] : []),
    ...(scopes.some((scope) => held.includes(scope)) ? [] : ['scope']),
  ];
}
