import {
  AuthError,
  type INetworkModule,
  type NetworkRequestOptions,
  type NetworkResponse,
} from '@azure/msal-node';
import { asClaims } from '../http/read-challenge.ts';
import { readRetryAfter, type SendFailure, send } from '../http/send.ts';
import { isText, type JsonObject, readJsonObject } from '../json.ts';

type Failure = SendFailure['reason'] | 'unreadable';
type Text = string | undefined;

/** AADSTS numbers, and the claims of a challenge. */
type Reason = Readonly<{
  error?: Text;
  suberror?: Text;
  codes?: readonly number[];
  claims?: object | undefined;
}>;

/** The HTTP status, where an answer came, or why it was of no use; seconds after which to come back. */
type Answer = Readonly<{
  status?: number;
  failure?: Failure | undefined;
  retryAfter?: number | undefined;
}>;
type Trail = Readonly<{ traceId?: Text; correlationId?: Text }>;

/** What the token endpoint said, without the text it said it in: that may hold an e-mail address and goes nowhere. */
export type Refusal = Answer & Reason & Trail;

/** MSAL lets its own error class through untouched, so this reaches the exchange with nothing lost. */
export class TokenEndpointRefusal extends AuthError {
  readonly refusal: Refusal;
  constructor(refusal: Refusal) {
    super(
      'token_endpoint_refusal',
      refusal.correlationId ?? '',
      'The token endpoint gave no token.',
    );
    // AuthError's constructor makes every error an AuthError and no more.
    Object.setPrototypeOf(this, TokenEndpointRefusal.prototype);
    this.refusal = refusal;
  }
}

/** Milliseconds and bytes that an answer of the token endpoint may take. */
const limits = { deadline: 5_000, cap: 256 * 1024 };

/**
 * MSAL's way to the network, ours: bounded, no redirect followed (a 307 would post credential and assertion elsewhere), and a refusal
 * thrown before MSAL reads it, because MSAL drops claims and shares one user's throttling with all others.
 */
export const network: INetworkModule = {
  sendGetRequestAsync: () => refuse({ reason: 'unreadable' }),
  async sendPostRequestAsync<T>(
    url: string,
    { headers, body: form }: NetworkRequestOptions = {},
  ): Promise<NetworkResponse<T>> {
    const answer = await send(url, {
      method: 'POST',
      headers,
      body: form ?? null,
      ...limits,
    }).catch(refuse);
    const body = readJsonObject(answer.body) ?? {};
    const { access_token, token_type, expires_in } = body;
    const seconds = isText(expires_in) ? Number(expires_in) : expires_in;
    const isBearer = isText(token_type) && token_type.toLowerCase() === 'bearer';
    const isToken = isText(access_token) && isBearer && typeof seconds === 'number' && seconds > 0;
    if (answer.status !== 200 || !isToken)
      throw new TokenEndpointRefusal(
        readRefusal(answer.status, body, answer.headers['retry-after']),
      );
    // MSAL gets what it needs and nothing that it could stumble over.
    return {
      status: 200,
      headers: {},
      body: { access_token, token_type, expires_in: seconds } as T,
    };
  },
};

const refuse = ({ reason: failure }: { readonly reason: Failure }) =>
  Promise.reject(new TokenEndpointRefusal({ failure }));

/** Keeps what the refusal's classes are made of (https://learn.microsoft.com/entra/identity-platform/v2-oauth2-on-behalf-of-flow#error-response-example). */
export function readRefusal(
  status: number,
  body: JsonObject,
  retryAfter: string | undefined,
): Refusal {
  const text = (name: string) => (isText(body[name]) ? body[name] : undefined);
  const guid = (name: string) => /^[0-9a-f-]{36}$/i.exec(text(name) ?? '')?.[0];
  const codes = Array.isArray(body.error_codes) ? body.error_codes.slice(0, 10) : [];
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
