import { problems, type ApiError } from '../api-error.ts';

/** Who asks for credentials: this API, and where its tokens come from (Entra's authorize endpoint). */
export type ChallengeOptions = { readonly clientId: string; readonly authorizationUri: string };

/** Writes one `WWW-Authenticate: Bearer` header (RFC 9110 §11.6.1): each parameter once, no value able to end its quotes or the header. */
export function writeChallenge(parameters: Readonly<Record<string, string | undefined>>): string {
  const quote = (value: string) =>
    `"${value.replace(/[^\x20-\x7e]/g, '').replace(/["\\]/g, '\\$&')}"`;
  const written = Object.entries(parameters).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}=${quote(value)}`],
  );
  return `Bearer ${written.join(', ')}`;
}

/** Claims as a challenge carries them: standard base64, padded, of minified JSON (https://learn.microsoft.com/entra/identity-platform/claims-challenge). */
export const encodeClaims = (claims: object) =>
  Buffer.from(JSON.stringify(claims)).toString('base64');

/** Characters of claims in a header; longer ones emulators in the problem body alone, since clients take no more than 8 to 16 KiB of headers. */
const longest = 6 * 1024;

/** A challenge of this apiError for `WWW-Authenticate`, or `undefined` where acquiring a token cannot help. */
export function challengeOf(
  { code, options }: ApiError,
  { clientId, authorizationUri }: ChallengeOptions,
): string | undefined {
  const realm = { realm: clientId, authorization_uri: authorizationUri };
  const scopes = options.scopes?.join(' ');
  switch (code) {
    case 'invalid_request':
    case 'invalid_token':
      return writeChallenge(
        options.bare
          ? realm
          : { ...realm, error: code, error_description: options.detail ?? problems[code].detail },
      );
    case 'sign_in_again':
      return writeChallenge({ ...realm, error: 'invalid_token' });
    case 'insufficient_scope':
      return writeChallenge({ ...realm, error: code, scope: scopes });
    case 'step_up_required': {
      const claims = encodeClaims(options.claims ?? {});
      return writeChallenge({
        ...realm,
        error: 'insufficient_claims',
        claims: claims.length <= longest ? claims : undefined,
      });
    }
    case 'consent_required':
    case 'admin_consent_required': {
      const query = new URLSearchParams({
        client_id: clientId,
        response_type: 'code',
        prompt: 'consent',
        scope: scopes ?? '',
      });
      return writeChallenge({
        consentUri: `${authorizationUri}?${query}`,
        scopes: scopes ?? '',
        proposedAction: 'consent',
      });
    }
    default:
      return undefined;
  }
}
