/** What Entra says when it refuses: one table of the AADSTS codes the emulators knows, and the JSON body that carries them. */
import { randomUUID } from 'node:crypto';

interface Meaning {
  readonly error: string;
  readonly says: string;
  readonly suberror?: string;
  readonly status?: number;
}

const client = { error: 'invalid_client', status: 401 } as const;

/** After https://learn.microsoft.com/entra/identity-platform/reference-error-codes; the status is 400 where none is given. */
const meanings = {
  16000: {
    error: 'interaction_required',
    says: 'Several accounts are signed in; the user has to choose one.',
  },
  28000: { error: 'invalid_request', says: 'The scope names more than one resource.' },
  50011: {
    error: 'invalid_request',
    says: 'The redirect URI of the request is not registered for the application.',
  },
  50013: { error: 'invalid_grant', says: 'Assertion failed signature validation.' },
  50027: {
    error: 'invalid_grant',
    says: 'Invalid JWT token: malformed, or of a kind this endpoint does not take.',
  },
  50057: { error: 'invalid_grant', says: 'The user account is disabled.' },
  50058: {
    error: 'login_required',
    says: 'A silent sign-in request was sent but no user is signed in.',
  },
  50076: {
    error: 'interaction_required',
    suberror: 'basic_action',
    says: 'Due to a configuration change made by your administrator, you must use multi-factor authentication for this access.',
  },
  50105: {
    error: 'invalid_grant',
    says: 'The application only admits assigned users, and the signed in user is not assigned.',
  },
  50148: {
    error: 'invalid_grant',
    says: 'The code_verifier does not match the code_challenge of the authorization request.',
  },
  50173: {
    error: 'invalid_grant',
    says: 'The provided grant has expired due to it being revoked, a fresh auth token is needed.',
  },
  53003: {
    error: 'interaction_required',
    suberror: 'message_only',
    says: 'Access has been blocked by Conditional Access policies. The access policy does not allow token issuance.',
  },
  54005: { error: 'invalid_grant', says: 'The authorization code was already redeemed.' },
  65001: {
    error: 'invalid_grant',
    suberror: 'consent_required',
    says: 'The user or administrator has not consented to use the application. Send an interactive authorization request for this user and resource.',
  },
  65004: { error: 'access_denied', says: 'The user declined to consent to access the app.' },
  70000: {
    error: 'invalid_grant',
    says: 'The provided authorization code or refresh token is not valid.',
  },
  70003: { error: 'unsupported_grant_type', says: 'The grant type is not supported.' },
  70008: {
    error: 'invalid_grant',
    says: 'The provided authorization code or refresh token has expired.',
  },
  70011: { error: 'invalid_scope', says: 'The provided scope is not valid.' },
  90002: { error: 'invalid_request', says: 'The tenant was not found.' },
  90014: { error: 'invalid_request', says: 'A required field is missing.' },
  90094: {
    error: 'invalid_grant',
    suberror: 'consent_required',
    says: 'The grant requires administrator permission.',
  },
  500011: {
    error: 'invalid_resource',
    says: 'The resource principal was not found in the tenant.',
  },
  500121: {
    error: 'access_denied',
    says: 'Authentication failed during strong authentication request.',
  },
  500131: {
    error: 'invalid_grant',
    says: 'Assertion audience does not match the client application.',
  },
  500133: { error: 'invalid_grant', says: 'Assertion is not within its valid time range.' },
  700016: { error: 'unauthorized_client', says: 'The application was not found in the directory.' },
  700024: { ...client, says: 'Client assertion is not within its valid time range.' },
  700027: {
    ...client,
    says: 'The certificate or key that signed the client assertion is not registered on the application.',
  },
  700054: {
    error: 'unsupported_response_type',
    says: 'This response_type is not enabled for the application.',
  },
  700211: {
    ...client,
    says: 'No matching federated identity record found for the presented assertion issuer.',
  },
  700212: {
    ...client,
    says: 'No matching federated identity record found for the presented assertion audience.',
  },
  700213: {
    ...client,
    says: 'No matching federated identity record found for the presented assertion subject.',
  },
  900144: { error: 'invalid_request', says: 'The request body lacks a required parameter.' },
  900561: {
    error: 'invalid_request',
    says: 'The endpoint only accepts POST requests with a form.',
  },
  900971: { error: 'invalid_request', says: 'No redirect URI was provided.' },
  1000502: { ...client, says: 'The provided certificate is not within its validity window.' },
  1002012: {
    error: 'invalid_scope',
    says: 'Client credential flows must have a scope that ends with /.default.',
  },
  7000114: {
    error: 'unauthorized_client',
    says: 'The application is not allowed to make on-behalf-of calls.',
  },
  7000215: { ...client, says: 'Invalid client secret provided.' },
  7000218: { ...client, says: 'The request body must contain client_assertion or client_secret.' },
  7000222: { ...client, says: 'The provided client secret keys are expired.' },
  9002313: { error: 'invalid_request', says: 'Invalid request: malformed or contradictory.' },
  9002325: {
    error: 'invalid_request',
    says: 'Proof Key for Code Exchange is required for cross-origin authorization code redemption.',
  },
  9002327: {
    error: 'invalid_request',
    says: 'Tokens issued for a single-page application may only be redeemed by cross-origin requests.',
  },
} as const satisfies Record<number, Meaning>;
export type Aadsts = keyof typeof meanings;

interface RefusalDetails {
  /** Added to Entra's sentence. As at the real Entra it may name the user: nobody may pass this text on. */
  readonly detail?: string;
  /** Replaces the code's usual `error`, since the real Entra answers some codes differently per grant. */
  readonly error?: string;
  /** The claims challenge, minified JSON. */
  readonly claims?: string;
}

export class Refusal extends Error {
  readonly aadsts: Aadsts;
  readonly error: string;
  readonly status: number;
  readonly suberror: string | undefined;
  readonly claims: string | undefined;

  constructor(aadsts: Aadsts, { detail, error, claims }: RefusalDetails = {}) {
    const meaning: Meaning = meanings[aadsts];
    super(`AADSTS${aadsts}: ${meaning.says}${detail ? ` ${detail}` : ''}`);
    this.aadsts = aadsts;
    this.error = error ?? meaning.error;
    this.status = meaning.status ?? 400;
    this.suberror = meaning.suberror;
    this.claims = claims;
  }
}

/** Entra's error body; the description ends with trace, correlation and time as the real one does. */
export function describeRefusal(
  refusal: Refusal,
  { origin, correlationId, now }: { origin: string; correlationId: string; now: number },
) {
  const traceId = randomUUID();
  const timestamp = `${new Date(now).toISOString().slice(0, 19).replace('T', ' ')}Z`;
  return {
    error: refusal.error,
    error_description: `${refusal.message} Trace ID: ${traceId} Correlation ID: ${correlationId} Timestamp: ${timestamp}`,
    error_codes: [refusal.aadsts],
    timestamp,
    trace_id: traceId,
    correlation_id: correlationId,
    error_uri: `${origin}/error?code=${refusal.aadsts}`,
    ...(refusal.suberror ? { suberror: refusal.suberror } : {}),
    ...(refusal.claims ? { claims: refusal.claims } : {}),
  };
}
