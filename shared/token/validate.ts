import { compactVerify } from 'jose';
import { LRUCache } from 'lru-cache';
import { ApiError } from '../api-error.ts';
import type { JsonObject } from '../json.ts';
import { type Redacted, reveal } from '../redacted.ts';
import { bindToken, type Caller } from './caller.ts';
import {
  actorOf,
  claimChecks,
  claimedTenant,
  claimedVersion,
  claimValues,
  isAppOnly,
  isDelegated,
} from './checks.ts';
import type { SigningKey } from './key-set.ts';
import type { Keys } from './keys.ts';
import { headerChecks, invalidToken, type ParsedToken, parseToken } from './parse.ts';

/** The tokens that a validator accepts, and the source of its keys. */
export type ValidatorOptions = {
  /** The issuers and signing keys of Entra ID. */
  readonly keys: Keys;

  /** The tenants whose users may call this API. */
  readonly tenantIds: readonly string[];

  /**
   * The client id of this API, the only audience of its tokens. Tokens of version 1 may name
   * `api://<client id>` instead, or a further App ID URI if the API lists one after its client id.
   */
  readonly audience: string | readonly string[];

  /** Returns the time in milliseconds since 1970. Default: `Date.now`. */
  readonly now?: () => number;
};

/**
 * Validates an access token for this API.
 *
 * @throws {ApiError} `invalid_token`. `insufficient_scope` for an app-only token. `unavailable` if
 * the keys cannot be fetched.
 */
export type Validate = (token: Redacted) => Promise<Caller>;

/** The number of tokens whose valid signatures are cached, at about 200 bytes each. */
const maxVerifiedTokens = 10_000;

/** The claims that {@link Caller.claims} contains. */
const shownClaims = [
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

/** The checks that {@link Caller.checks} contains. */
const passedChecks = [
  'form',
  ...headerChecks.map(({ name }) => name),
  'key',
  'signature',
  ...claimChecks.map(({ name }) => name),
  'kind',
];

/**
 * Creates a validator for Entra ID access tokens of version 1 and 2
 * (https://learn.microsoft.com/entra/identity-platform/access-tokens#validate-tokens, RFC 8725).
 *
 * It checks the form before the signature, and the signature before any claim. It caches only that
 * a signature is valid, and checks the claims on every request.
 *
 * @example
 * ```ts
 * const keys = createKeys({ authorityHost: new URL('https://login.microsoftonline.com') });
 * const validate = createValidator({ keys, tenantIds: [tenantId], audience: clientId });
 * const caller = await validate(readBearerToken(request));
 * ```
 */
export function createValidator({
  keys,
  tenantIds,
  audience,
  now = Date.now,
}: ValidatorOptions): Validate {
  const [clientId = '', ...appIdUris] = typeof audience === 'string' ? [audience] : audience;

  /**
   * The key that verified a token, by the digest of the whole token. An entry is ignored when its
   * key has been withdrawn. Failures are not cached, so invalid tokens cannot evict valid ones.
   */
  const verifiedTokens = new LRUCache<string, SigningKey['key']>({ max: maxVerifiedTokens });

  async function checkSignature(token: ParsedToken, key: SigningKey['key']): Promise<void> {
    if (verifiedTokens.get(token.digest) === key) return;
    try {
      await compactVerify(reveal(token.text), key, { algorithms: ['RS256'] });
    } catch {
      throw invalidToken('signature');
    }
    verifiedTokens.set(token.digest, key);
  }

  return async (text) => {
    const token = parseToken(text, (digest) => verifiedTokens.has(digest));
    const claims = token.payload;

    const tenantId = claimedTenant(claims, tenantIds);
    if (tenantId === undefined) throw invalidToken('tenant');
    const version = claimedVersion(claims);
    if (version === undefined) throw invalidToken('version');
    const signingKey = await keys.keyOf(tenantId, version, String(token.header.kid));
    if (!signingKey) throw invalidToken('key');
    await checkSignature(token, signingKey.key);

    const expected = {
      ...signingKey,
      tenantIds,
      audience: clientId,
      appIdUris,
      now: now() / 1_000,
    };
    const failed = claimChecks.find((check) => !check.holds(claims, expected));
    if (failed) throw invalidToken(failed.name, failed.name === 'expiry' ? 'expired' : 'invalid');
    requireDelegated(claims);

    return bindToken(readCaller(token), token.text);
  };
}

/** @throws {ApiError} No user has delegated access to the app that requested the token. */
function requireDelegated(claims: JsonObject): void {
  if (isAppOnly(claims))
    throw new ApiError('insufficient_scope', {
      detail: 'An app can call this API only on behalf of a signed-in user.',
      logContext: { check: 'kind' },
    });
  if (!isDelegated(claims)) throw invalidToken('kind');
}

/** Reads the claims. The checks before have verified their types. */
function readCaller({ payload, digest }: ParsedToken): Caller {
  const actor = actorOf(payload);
  const capabilities = claimValues(payload.xms_cc) as readonly string[];
  const claims: Record<string, unknown> = {};
  for (const name of shownClaims) if (name in payload) claims[name] = payload[name];
  return {
    tenantId: payload.tid as string,
    objectId: payload.oid as string,
    scopes: (payload.scp as string).split(' '),
    roles: claimValues(payload.roles) as readonly string[],
    authContexts: claimValues(payload.acrs) as readonly string[],
    clientId: actor.clientId as string,
    confidential: actor.authentication !== '0',
    handlesChallenges: capabilities.some((capability) => capability.toLowerCase() === 'cp1'),
    expiresAt: payload.exp as number,
    digest,
    claims,
    checks: passedChecks,
  };
}
