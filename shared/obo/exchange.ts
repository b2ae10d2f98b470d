import { ConfidentialClientApplication } from '@azure/msal-node';
import { LRUCache } from 'lru-cache';
import { ApiError } from '../api-error.ts';
import { readJsonObject } from '../json.ts';
import { reveal, type Redacted, redact } from '../redacted.ts';
import { type Caller, userAssertion } from '../token/caller.ts';
import { textsOf } from '../token/checks.ts';
import type { Keys } from '../token/keys.ts';
import { maxTokenLength } from '../token/parse.ts';
import { createChallengeOnce } from './challenge-once.ts';
import type { ClientCredential, CredentialSource } from './credential.ts';
import { createTokenEndpointGuard } from './token-endpoint-guard.ts';
import { network, TokenEndpointRefusal } from './network.ts';
import { apiErrorOf, isCredentialRefused } from './refusal.ts';

/** Token B: for the downstream API, about the same user, until a time in milliseconds since 1970. */
export type ExchangedToken = { readonly token: Redacted; readonly expiresOnTimestamp: number };

/**
 * For whom; the delegated scopes of one resource, such as `api://…/Documents.Read`; the audiences that its tokens carry: its client id, or
 * `api://` and that; and what a challenge demands, a JSON object with a top-level `access_token`, which is never answered from the cache.
 */
export type ExchangeRequest = Target & {
  readonly caller: Caller;
  readonly correlationId: string;
  readonly claims?: object | undefined;
};
type Target = { readonly scopes: readonly string[]; readonly audiences: readonly string[] };

/** Who exchanges: this API's client id and credential. */
type Settings = Readonly<{
  authorityHost: URL;
  clientId: string;
  keys: Keys;
  credential: CredentialSource;
  now?: () => number;
}>;

/** One exchange at Entra, nothing remembered. @throws ApiError */
export type Exchange = (request: ExchangeRequest) => Promise<ExchangedToken>;

/** How many confidential clients are kept, one for each tenant and credential. */
const clientsKept = 100;

/**
 * Exchanges token A for token B by the On-Behalf-Of flow (https://learn.microsoft.com/entra/identity-platform/v2-oauth2-on-behalf-of-flow),
 * in the tenant of the caller, through MSAL. MSAL's own cache is passed by: its look-up is linear in the users and blocks the event loop.
 */
export function createExchange({
  authorityHost,
  clientId,
  keys,
  credential,
  now = Date.now,
}: Settings): Exchange {
  const gate = createTokenEndpointGuard(now);
  const challengeOnce = createChallengeOnce(now);
  const clients = new LRUCache<string, ConfidentialClientApplication>({ max: clientsKept });

  async function clientFor(
    tenantId: string,
    { version, options }: ClientCredential,
  ): Promise<ConfidentialClientApplication> {
    const name = `${tenantId} ${version}`;
    const known = clients.get(name);
    if (known) return known;
    const { document } = await keys.metadataOf(tenantId, '2.0');
    const auth = {
      clientId,
      // MSAL takes https authorities only, and its endpoints from the metadata: on a laptop those are http.
      authority: `https://${authorityHost.host}/${tenantId}`,
      knownAuthorities: [authorityHost.host],
      authorityMetadata: JSON.stringify(document),
      clientCapabilities: ['cp1'],
      ...options(),
    };
    const client = new ConfidentialClientApplication({ auth, system: { networkClient: network } });
    clients.set(name, client);
    return client;
  }

  async function ask(
    proof: ClientCredential,
    { caller, scopes, correlationId, claims }: ExchangeRequest,
  ): Promise<string> {
    const client = await clientFor(caller.tenantId, proof);
    const request = {
      oboAssertion: reveal(userAssertion(caller)),
      scopes: [...scopes],
      skipCache: true,
      correlationId,
    };
    const acquire = () =>
      client.acquireTokenOnBehalfOf({
        ...request,
        ...(claims && { claims: JSON.stringify(claims) }),
      });
    const acquired = await gate(`${caller.tenantId} ${caller.objectId}`, acquire).finally(() =>
      client.clearCache(),
    );
    return acquired?.accessToken ?? '';
  }

  /** With the credential at hand, and once more with another one where Entra refuses that. */
  async function askTwice(request: ExchangeRequest): Promise<string> {
    const proof = await credential.current();
    try {
      return await ask(proof, request);
    } catch (error) {
      if (!(error instanceof TokenEndpointRefusal && isCredentialRefused(error.refusal)))
        throw error;
      const renewed = await credential.renew(proof.version);
      if (!renewed) throw error;
      return ask(renewed, request);
    }
  }

  return async (request) => {
    const tell = (error: unknown) =>
      error instanceof TokenEndpointRefusal
        ? apiErrorOf(challengeOnce(request.caller, error.refusal), request.scopes)
        : error;
    const token = await askTwice(request).catch((error: unknown) => Promise.reject(tell(error)));
    return readToken(token, request, now());
  };
}

/**
 * Reads token B, which Entra answered on a connection that names it, so its signature is Downstream's to check: it must be about the same
 * user and meant for the resource that was asked for.
 */
function readToken(
  text: string,
  { caller, audiences }: ExchangeRequest,
  now: number,
): ExchangedToken {
  const [, payload = ''] = /^[\w-]+\.([\w-]+)\.[\w-]+$/.exec(text) ?? [];
  const claims = readJsonObject(Buffer.from(payload, 'base64url'));
  if (!claims || text.length > maxTokenLength) throw unusable('not a token');
  if (claims.oid !== caller.objectId || claims.tid !== caller.tenantId)
    throw unusable('another user');
  const [audience, ...others] = textsOf(claims.aud);
  if (others.length > 0 || !audiences.includes(String(audience)))
    throw unusable('another audience');
  if (typeof claims.exp !== 'number' || typeof claims.scp !== 'string')
    throw unusable('no delegated token');
  if (claims.exp * 1_000 <= now) throw unusable('expired');
  return { token: redact(text), expiresOnTimestamp: claims.exp * 1_000 };
}

const unusable = (reason: string) =>
  new ApiError('bad_gateway', { logContext: { check: 'token-b', reason } });
