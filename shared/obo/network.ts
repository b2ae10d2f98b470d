import {
  AuthError,
  type INetworkModule,
  type NetworkRequestOptions,
  type NetworkResponse,
} from '@azure/msal-node';
import { asClaims } from '../http/read-challenge.ts';
import { type HttpResponse, readRetryAfter, SendFailure, send } from '../http/send.ts';
import { isNonEmptyString, type JsonObject, readJsonObject } from '../json.ts';

/**
 * Why the token endpoint guard sent no request:
 * - `queue-full`, `waited-too-long`: too many requests wait for the token endpoint.
 * - `circuit-open`: the last requests of several users failed.
 * - `user-failing`: the last requests of this user failed.
 * - `throttled`: Entra asked to wait before the next request of this user.
 */
export type GuardRejection =
  | 'queue-full'
  | 'waited-too-long'
  | 'circuit-open'
  | 'user-failing'
  | 'throttled';

/**
 * Why the token endpoint issued no token. Entra's free text (`error_description`) is not part of
 * it, because it can contain an e-mail address.
 */
export type Refusal = {
  /** The HTTP status. Absent if no response arrived. */
  readonly status?: number;
  /** Why there is no usable response: a failure of `send`, or `unreadable` for a malformed one. */
  readonly failure?: SendFailure['reason'] | 'unreadable' | undefined;
  /** Why no request was sent. Absent if a request was sent. */
  readonly rejection?: GuardRejection | undefined;
  /** The OAuth error code, such as `invalid_grant` (RFC 6749 §5.2). */
  readonly error?: string | undefined;
  /** Microsoft's refinement of `error`, such as `consent_required`. */
  readonly suberror?: string | undefined;
  /** The AADSTS error numbers, at most 10. */
  readonly codes?: readonly number[];
  /** The claims challenge: a JSON object with a top-level `access_token`. */
  readonly claims?: object | undefined;
  /** Seconds until a retry makes sense: from the `Retry-After` header or the guard, at most 300. */
  readonly retryAfter?: number | undefined;
  /** Entra's trace id, a GUID. */
  readonly traceId?: string | undefined;
  /** Entra's correlation id, a GUID. It identifies the request in Entra's sign-in log. */
  readonly correlationId?: string | undefined;
};

/**
 * Carries a `Refusal` through MSAL to the exchange. MSAL rethrows errors of its own class
 * unchanged, so the refusal stays complete.
 */
export class TokenEndpointRefusal extends AuthError {
  /** What the token endpoint returned. */
  readonly refusal: Refusal;

  constructor(refusal: Refusal) {
    super(
      'token_endpoint_refusal',
      refusal.correlationId ?? '',
      'The token endpoint issued no token.',
    );
    // AuthError's constructor sets the prototype of every instance to AuthError's own.
    Object.setPrototypeOf(this, TokenEndpointRefusal.prototype);
    this.refusal = refusal;
  }
}

/** Milliseconds for one request to the token endpoint, including the response body. */
const requestTimeout = 5_000;

/** The largest response body that is read, in bytes. */
const maxResponseBytes = 256 * 1024;

/** How many AADSTS numbers of one response are read. */
const maxErrorCodes = 10;

/**
 * MSAL's network client. It limits the time and the size of a response. It follows no redirect,
 * because a 307 would post the credential and the assertion to another address. It throws a refusal
 * before MSAL can read it, because MSAL drops the claims and applies the throttling of one user to
 * all users.
 *
 * @throws {TokenEndpointRefusal} unless the response is a bearer token
 * @example
 * new ConfidentialClientApplication({ auth, system: { networkClient: network } });
 */
export const network: INetworkModule = {
  // MSAL sends GET requests for metadata only, and the exchange supplies the metadata.
  async sendGetRequestAsync() {
    throw new TokenEndpointRefusal({ failure: 'unreadable' });
  },

  async sendPostRequestAsync<T>(
    url: string,
    options: NetworkRequestOptions = {},
  ): Promise<NetworkResponse<T>> {
    const response = await post(url, options);
    const body = readJsonObject(response.body) ?? {};
    const token = response.status === 200 ? readTokenResponse(body) : undefined;
    if (!token)
      throw new TokenEndpointRefusal(
        readRefusal(response.status, body, response.headers['retry-after']),
      );
    return { status: 200, headers: {}, body: token as T };
  },
};

async function post(
  url: string,
  { headers, body: form }: NetworkRequestOptions,
): Promise<HttpResponse> {
  try {
    return await send(url, {
      method: 'POST',
      headers,
      body: form ?? null,
      timeout: requestTimeout,
      maxBytes: maxResponseBytes,
    });
  } catch (error) {
    if (error instanceof SendFailure) throw new TokenEndpointRefusal({ failure: error.reason });
    throw error;
  }
}

/**
 * Keeps only the members of a token response that MSAL needs, so that no other member can affect
 * it. Returns `undefined` for a body that is not a bearer token response (RFC 6749 §5.1).
 */
function readTokenResponse({ access_token, token_type, expires_in }: JsonObject) {
  if (!isNonEmptyString(access_token) || !isNonEmptyString(token_type)) return undefined;
  if (token_type.toLowerCase() !== 'bearer') return undefined;
  const seconds = isNonEmptyString(expires_in) ? Number(expires_in) : expires_in;
  if (typeof seconds !== 'number' || !(seconds > 0)) return undefined;
  return { access_token, token_type, expires_in: seconds };
}

/**
 * Reads an error response of the token endpoint
 * (https://learn.microsoft.com/entra/identity-platform/v2-oauth2-on-behalf-of-flow#error-response-example).
 *
 * @param status the HTTP status
 * @param body the JSON body, or an empty object if it is not JSON
 * @param retryAfter the value of the `Retry-After` header
 * @example
 * const refusal = readRefusal(400, { error: 'invalid_grant', error_codes: [50076] }, undefined);
 */
export function readRefusal(
  status: number,
  body: JsonObject,
  retryAfter: string | undefined,
): Refusal {
  const text = (name: string) => (isNonEmptyString(body[name]) ? body[name] : undefined);
  const guid = (name: string) => /^[0-9a-f-]{36}$/i.exec(text(name) ?? '')?.[0];
  const codes = Array.isArray(body.error_codes) ? body.error_codes.slice(0, maxErrorCodes) : [];
  return {
    status,
    error: text('error'),
    suberror: text('suberror'),
    codes: codes.map(Number).filter(Number.isSafeInteger),
    claims: asClaims(readJsonObject(Buffer.from(text('claims') ?? ''))),
    retryAfter: readRetryAfter(retryAfter),
    traceId: guid('trace_id'),
    correlationId: guid('correlation_id'),
    failure: status < 400 ? 'unreadable' : undefined,
  };
}
