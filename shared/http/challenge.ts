import { type ApiError, problems } from '../api-error.ts';

/** The options of the challenges that an API sends. */
export type ChallengeOptions = {
  /** The API's client id. It is the `realm` of the challenge. */
  readonly clientId: string;

  /** The authorization endpoint of Entra ID. */
  readonly authorizationUri: string;

  /** The URL of the API's metadata (RFC 9728 §5.1), if the API publishes it. */
  readonly resourceMetadata?: string | undefined;
};

/**
 * The most characters of encoded claims in a header. Clients accept 8 to 16 KiB of headers. Longer
 * claims are sent in the problem body only.
 */
const maxClaimsLength = 6 * 1024;

/**
 * Writes a `WWW-Authenticate: Bearer` header (RFC 9110 §11.6.1). Values are escaped, so that no
 * value can close its quotes or start another header. Parameters that are `undefined` are left out.
 *
 * @example
 * ```ts
 * writeChallenge({ realm: 'api', error: 'invalid_token' });
 * // Bearer realm="api", error="invalid_token"
 * ```
 */
export function writeChallenge(parameters: Readonly<Record<string, string | undefined>>): string {
  const written: string[] = [];
  for (const [name, value] of Object.entries(parameters))
    if (value !== undefined) written.push(`${name}=${quote(value)}`);
  return `Bearer ${written.join(', ')}`;
}

/** Writes a quoted string (RFC 9110 §5.6.4). Only printable ASCII is kept. */
function quote(value: string): string {
  const printable = value.replace(/[^\x20-\x7e]/g, '');
  return `"${printable.replace(/["\\]/g, '\\$&')}"`;
}

/**
 * Encodes claims for a challenge: minified JSON in standard base64 with padding
 * (https://learn.microsoft.com/entra/identity-platform/claims-challenge).
 *
 * @example
 * ```ts
 * encodeClaims({ access_token: { acrs: { essential: true, value: 'c1' } } });
 * ```
 */
export const encodeClaims = (claims: object) =>
  Buffer.from(JSON.stringify(claims)).toString('base64');

/**
 * Writes the challenge for an error (RFC 6750 §3). The URL of the metadata is its last parameter.
 * Returns `undefined` if a new token cannot help the caller.
 *
 * @example
 * ```ts
 * const challenge = challengeOf(new ApiError('invalid_token'), { clientId, authorizationUri });
 * ```
 */
export function challengeOf(
  { code, options }: ApiError,
  challengeOptions: ChallengeOptions,
): string | undefined {
  const { clientId, authorizationUri, resourceMetadata } = challengeOptions;
  const common = { realm: clientId, authorization_uri: authorizationUri };
  const metadata = { resource_metadata: resourceMetadata };
  const scope = options.scopes?.join(' ');
  switch (code) {
    case 'invalid_request':
    case 'invalid_token': {
      if (options.credentialsMissing) return writeChallenge({ ...common, ...metadata });
      const description = options.detail ?? problems[code].detail;
      return writeChallenge({
        ...common,
        error: code,
        error_description: description,
        ...metadata,
      });
    }
    case 'sign_in_again':
      return writeChallenge({ ...common, error: 'invalid_token', ...metadata });
    case 'insufficient_scope':
      return writeChallenge({ ...common, error: code, scope, ...metadata });
    case 'step_up_required': {
      const encoded = encodeClaims(options.claims ?? {});
      const claims = encoded.length <= maxClaimsLength ? encoded : undefined;
      return writeChallenge({ ...common, error: 'insufficient_claims', claims, ...metadata });
    }
    case 'consent_required':
    case 'admin_consent_required':
      return consentChallenge(challengeOptions, scope ?? '');
    default:
      return undefined;
  }
}

/** Writes a challenge with the parameters that Microsoft.Identity.Web uses for consent. */
function consentChallenge(
  { clientId, authorizationUri, resourceMetadata }: ChallengeOptions,
  scope: string,
): string {
  const query = new URLSearchParams({
    client_id: clientId,
    response_type: 'code',
    prompt: 'consent',
    scope,
  });
  return writeChallenge({
    consentUri: `${authorizationUri}?${query}`,
    scopes: scope,
    proposedAction: 'consent',
    resource_metadata: resourceMetadata,
  });
}
