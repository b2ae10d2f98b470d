/** The parts of an error response. */
interface GraphErrorOptions {
  readonly status: 400 | 401 | 403 | 404;
  /** Graph's code, such as `Request_ResourceNotFound`. */
  readonly code: string;
  readonly message: string;
  /** For a 401: the claims that a new token must have, as minified JSON. */
  readonly claims?: string;
}

/**
 * An error response of Microsoft Graph.
 * https://learn.microsoft.com/graph/errors
 */
export class GraphError extends Error {
  /** The HTTP status. */
  readonly status: GraphErrorOptions['status'];
  /** Graph's code, such as `Request_ResourceNotFound`. */
  readonly code: string;
  /** For a 401: the claims that a new token must have, as minified JSON. */
  readonly claims: string | undefined;

  constructor({ status, code, message, claims }: GraphErrorOptions) {
    super(message);
    this.status = status;
    this.code = code;
    this.claims = claims;
  }
}

interface ErrorBodyOptions {
  readonly requestId: string;
  /** The `client-request-id` of the request. */
  readonly correlationId: string | undefined;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** Creates the JSON body of an error response. */
export function createGraphErrorBody(
  { code, message }: GraphError,
  { requestId, correlationId, now }: ErrorBodyOptions,
): object {
  return {
    error: {
      code,
      message,
      innerError: {
        date: new Date(now).toISOString().slice(0, 19),
        'request-id': requestId,
        'client-request-id': correlationId ?? requestId,
      },
    },
  };
}
