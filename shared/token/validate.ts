import { compactVerify } from 'jose';
import { LRUCache } from 'lru-cache';
import { ApiError } from '../api-error.ts';
import type { JsonObject } from '../json.ts';
import { reveal, type Redacted } from '../redacted.ts';
import { type Caller, bindToken } from './caller.ts';
import { actorOf, claimChecks, claimedTenant, claimedVersion, textsOf } from './checks.ts';
import type { Keys, SigningKey } from './keys.ts';
import { headerChecks, type ParsedToken, parseToken, refuse } from './parse.ts';

/** Tenants whose users may call, and this API's own client id, the one audience that it accepts. */
type Settings = {
  readonly keys: Keys;
  readonly tenantIds: readonly string[];
  readonly audience: string;
  readonly now?: () => number;
};

/** Validates an access token for this API. @throws ApiError `invalid_token`, `insufficient_scope` (app-only), `unavailable` (keys) */
export type Validate = (token: Redacted) => Promise<Caller>;

/**
 * Validates Entra access tokens, versions 1 and 2: form before cryptography, cryptography before any claim, every claim on every request
 * (https://learn.microsoft.com/entra/identity-platform/access-tokens#validate-tokens, RFC 8725).
 */
export function createValidator({ keys, tenantIds, audience, now = Date.now }: Settings): Validate {
  /** Digest of the whole token, its form found good → the key that its signature was good for. Only successes, at about 200 bytes each; worthless once the key is withdrawn. */
  const verified = new LRUCache<string, SigningKey['key']>({ max: 10_000 });

  async function checkSignature(token: ParsedToken, key: SigningKey['key']): Promise<void> {
    await compactVerify(reveal(token.text), key, { algorithms: ['RS256'] }).catch(() =>
      Promise.reject(refuse('signature')),
    );
    verified.set(token.digest, key);
  }

  return async (text) => {
    const token = parseToken(text, (digest) => verified.has(digest));
    const claims = token.payload;
    const tenantId = claimedTenant(claims, tenantIds);
    if (tenantId === undefined) throw refuse('tenant');
    const version = claimedVersion(claims);
    if (version === undefined) throw refuse('version');

    const signingKey = await keys.keyOf(tenantId, version, String(token.header.kid));
    if (!signingKey) throw refuse('key');
    if (verified.get(token.digest) !== signingKey.key) await checkSignature(token, signingKey.key);

    const expected = { ...signingKey, tenantIds, audience, now: now() / 1_000 };
    const failed = claimChecks.find((check) => !check.holds(claims, expected));
    if (failed) throw refuse(failed.name, failed.name === 'expiry' ? 'expired' : 'invalid');
    refuseUnlessUser(claims);
    return bindToken(readCaller(token), token.text);
  };
}

/** On behalf of a user only: an app's own token is good but may do nothing here; an ID token is not for APIs at all. */
function refuseUnlessUser({ idtyp, scp, roles }: JsonObject): void {
  const detail = 'An app cannot call this API for itself, only for a signed-in user.';
  if (idtyp === 'app' || (scp === undefined && roles !== undefined))
    throw new ApiError('insufficient_scope', { detail, logContext: { check: 'kind' } });
  if (scp === undefined || (idtyp !== undefined && idtyp !== 'user')) throw refuse('kind');
}

const shown = [
  'aud',
  'iss',
  'azp',
  'appid',
  'azpacr',
  'appidacr',
  'scp',
  'roles',
  'oid',
  'tid',
  'ver',
  'iat',
  'exp',
  'acrs',
];
const passed = [
  'form',
  ...headerChecks.map(({ name }) => name),
  'key',
  'signature',
  ...claimChecks.map(({ name }) => name),
  'kind',
];

function readCaller({ payload, digest }: ParsedToken): Caller {
  const actor = actorOf(payload);
  const texts = (claim: unknown) => textsOf(claim) as readonly string[];
  const claims: Record<string, unknown> = {};
  for (const name of shown) if (name in payload) claims[name] = payload[name];
  return {
    tenantId: payload.tid as string,
    objectId: payload.oid as string,
    scopes: (payload.scp as string).split(' '),
    roles: texts(payload.roles),
    clientId: actor.client as string,
    confidential: actor.authentication !== '0',
    handlesChallenges: texts(payload.xms_cc).some(
      (capability) => capability.toLowerCase() === 'cp1',
    ),
    authContexts: texts(payload.acrs),
    expiresAt: payload.exp as number,
    digest,
    claims,
    checks: passed,
  };
}
