/** What an AADSTS code means. */
export interface AadstsMeaning {
  /** The OAuth error (RFC 6749 §5.2, OpenID Connect Core §3.1.2.6). */
  readonly error: string;
  /** Entra's text, or one in its style. */
  readonly description: string;
  /** Entra's `suberror`, which tells the client how the user can react. */
  readonly suberror?: string;
  /** The HTTP status of the token endpoint. Default: 400. */
  readonly status?: number;
}

const invalidClient = { error: 'invalid_client', status: 401 } as const;

/**
 * The AADSTS codes that the emulator knows.
 * https://learn.microsoft.com/entra/identity-platform/reference-error-codes
 */
export const aadstsMeanings = {
  16000: {
    error: 'interaction_required',
    description: 'Several accounts are signed in; the user has to choose one.',
  },
  28000: { error: 'invalid_request', description: 'The scope names more than one resource.' },
  50011: {
    error: 'invalid_request',
    description: 'The redirect URI of the request is not registered for the application.',
  },
  50013: { error: 'invalid_grant', description: 'Assertion failed signature validation.' },
  50027: {
    error: 'invalid_grant',
    description: 'Invalid JWT token: malformed, or of a kind this endpoint does not take.',
  },
  50057: { error: 'invalid_grant', description: 'The user account is disabled.' },
  50058: {
    error: 'login_required',
    description: 'A silent sign-in request was sent but no user is signed in.',
  },
  50076: {
    error: 'interaction_required',
    suberror: 'basic_action',
    description:
      'Due to a configuration change made by your administrator, ' +
      'you must use multi-factor authentication for this access.',
  },
  50105: {
    error: 'invalid_grant',
    description:
      'The application only admits assigned users, and the signed in user is not assigned.',
  },
  50148: {
    error: 'invalid_grant',
    description:
      'The code_verifier does not match the code_challenge of the authorization request.',
  },
  50173: {
    error: 'invalid_grant',
    description:
      'The provided grant has expired due to it being revoked, a fresh auth token is needed.',
  },
  53003: {
    error: 'interaction_required',
    suberror: 'message_only',
    description:
      'Access has been blocked by Conditional Access policies. ' +
      'The access policy does not allow token issuance.',
  },
  54005: { error: 'invalid_grant', description: 'The authorization code was already redeemed.' },
  65001: {
    error: 'invalid_grant',
    suberror: 'consent_required',
    description:
      'The user or administrator has not consented to use the application. ' +
      'Send an interactive authorization request for this user and resource.',
  },
  65004: { error: 'access_denied', description: 'The user declined to consent to access the app.' },
  70000: {
    error: 'invalid_grant',
    description: 'The provided authorization code or refresh token is not valid.',
  },
  70003: { error: 'unsupported_grant_type', description: 'The grant type is not supported.' },
  70008: {
    error: 'invalid_grant',
    description: 'The provided authorization code or refresh token has expired.',
  },
  70011: { error: 'invalid_scope', description: 'The provided scope is not valid.' },
  90002: { error: 'invalid_request', description: 'The tenant was not found.' },
  90014: { error: 'invalid_request', description: 'A required field is missing.' },
  90094: {
    error: 'invalid_grant',
    suberror: 'consent_required',
    description: 'The grant requires administrator permission.',
  },
  500011: {
    error: 'invalid_resource',
    description: 'The resource principal was not found in the tenant.',
  },
  500121: {
    error: 'access_denied',
    description: 'Authentication failed during strong authentication request.',
  },
  500131: {
    error: 'invalid_grant',
    description: 'Assertion audience does not match the client application.',
  },
  500133: { error: 'invalid_grant', description: 'Assertion is not within its valid time range.' },
  700016: {
    error: 'unauthorized_client',
    description: 'The application was not found in the directory.',
  },
  700024: { ...invalidClient, description: 'Client assertion is not within its valid time range.' },
  700027: {
    ...invalidClient,
    description:
      'The certificate or key that signed the client assertion is not registered ' +
      'on the application.',
  },
  700054: {
    error: 'unsupported_response_type',
    description: 'This response_type is not enabled for the application.',
  },
  700211: {
    ...invalidClient,
    description: 'No matching federated identity record found for the presented assertion issuer.',
  },
  700212: {
    ...invalidClient,
    description:
      'No matching federated identity record found for the presented assertion audience.',
  },
  700213: {
    ...invalidClient,
    description: 'No matching federated identity record found for the presented assertion subject.',
  },
  900144: { error: 'invalid_request', description: 'The request body lacks a required parameter.' },
  900561: {
    error: 'invalid_request',
    description: 'The endpoint only accepts POST requests with a form.',
  },
  900971: { error: 'invalid_request', description: 'No redirect URI was provided.' },
  1000502: {
    ...invalidClient,
    description: 'The provided certificate is not within its validity window.',
  },
  1002012: {
    error: 'invalid_scope',
    description: 'Client credential flows must have a scope that ends with /.default.',
  },
  7000114: {
    error: 'unauthorized_client',
    description: 'The application is not allowed to make on-behalf-of calls.',
  },
  7000215: { ...invalidClient, description: 'Invalid client secret provided.' },
  7000218: {
    ...invalidClient,
    description: 'The request body must contain client_assertion or client_secret.',
  },
  7000222: { ...invalidClient, description: 'The provided client secret keys are expired.' },
  9002313: {
    error: 'invalid_request',
    description: 'Invalid request: malformed or contradictory.',
  },
  9002325: {
    error: 'invalid_request',
    description:
      'Proof Key for Code Exchange is required for cross-origin authorization code redemption.',
  },
  9002327: {
    error: 'invalid_request',
    description:
      'Tokens issued for a single-page application may only be redeemed by cross-origin requests.',
  },
} as const satisfies Record<number, AadstsMeaning>;
