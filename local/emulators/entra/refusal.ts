/** A refusal is an error response of Entra: an AADSTS code, an OAuth error and a description. */
import { randomUUID } from 'node:crypto';
import { type AadstsMeaning, aadstsMeanings } from './aadsts-meanings.ts';

/** An AADSTS code that the emulator knows. */
export type Aadsts = keyof typeof aadstsMeanings;

interface RefusalOptions {
  /**
   * Text to append to the description. It can contain the user's name, as Entra's texts do, so an
   * app must not forward it.
   */
  readonly detail?: string;
  /** Replaces the OAuth error of the code. Entra uses some codes with several errors. */
  readonly error?: string;
  /** The claims challenge as minified JSON. */
  readonly claims?: string;
}

/** An error response of Entra. Its message begins with `AADSTS` and the code. */
export class Refusal extends Error {
  /** The number of the AADSTS code. */
  readonly aadsts: Aadsts;
  /** The OAuth error. */
  readonly error: string;
  /** The HTTP status of the token endpoint. */
  readonly status: number;
  /** Entra's `suberror`, which tells the client how the user can react. */
  readonly suberror: string | undefined;
  /** The claims challenge as minified JSON. */
  readonly claims: string | undefined;

  constructor(aadsts: Aadsts, { detail, error, claims }: RefusalOptions = {}) {
    const meaning: AadstsMeaning = aadstsMeanings[aadsts];
    super(`AADSTS${aadsts}: ${meaning.description}${detail ? ` ${detail}` : ''}`);
    this.aadsts = aadsts;
    this.error = error ?? meaning.error;
    this.status = meaning.status ?? 400;
    this.suberror = meaning.suberror;
    this.claims = claims;
  }
}

/** The JSON body of a refusal. */
export interface ErrorBody {
  /** The OAuth error (RFC 6749 §5.2). */
  readonly error: string;
  /** The message of the refusal with trace id, correlation id and timestamp. */
  readonly error_description: string;
  /** The AADSTS code as the only item. */
  readonly error_codes: readonly Aadsts[];
  /** Such as `2026-11-20 12:00:00Z`. */
  readonly timestamp: string;
  /** A new GUID for each response. */
  readonly trace_id: string;
  /** The `client-request-id` of the request, or a new GUID without one. */
  readonly correlation_id: string;
  /** A URL with the AADSTS code. The emulator has no page there. */
  readonly error_uri: string;
  /** Entra's `suberror`, which tells the client how the user can react. */
  readonly suberror?: string;
  /** The claims challenge as minified JSON. */
  readonly claims?: string;
}

/**
 * Creates the body of an error response.
 * @param options.now Milliseconds since 1970.
 */
export function createErrorBody(
  { message, error, aadsts, suberror, claims }: Refusal,
  options: { readonly origin: string; readonly correlationId: string; readonly now: number },
): ErrorBody {
  const { origin, correlationId, now } = options;
  const traceId = randomUUID();
  const timestamp = `${new Date(now).toISOString().slice(0, 19).replace('T', ' ')}Z`;
  return {
    error,
    error_description:
      `${message} Trace ID: ${traceId} ` +
      `Correlation ID: ${correlationId} Timestamp: ${timestamp}`,
    error_codes: [aadsts],
    timestamp,
    trace_id: traceId,
    correlation_id: correlationId,
    error_uri: `${origin}/error?code=${aadsts}`,
    ...(suberror ? { suberror } : {}),
    ...(claims ? { claims } : {}),
  };
}
