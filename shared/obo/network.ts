import { AuthError, type INetworkModule, type NetworkRequestOptions, type NetworkResponse } from '@azure/msal-node';
import { readRetryAfter } from '../http/retry-after.ts';
import { readJsonObject, type SendFailure, send } from '../http/send.ts';

/** What the token endpoint said, without the text it said it in: that may hold an e-mail address and goes nowhere. */
export interface Refusal {
  /** HTTP status; 0 where no usable answer came. */
  readonly status: number;
  readonly error: string | undefined;
  readonly suberror: string | undefined;
  /** AADSTS numbers. */
  readonly codes: readonly number[];
  /** What Entra wants to be asked for, a JSON object, where it is one. */
  readonly claims: object | undefined;
  /** Seconds. */
  readonly retryAfter: number | undefined;
  readonly traceId: string | undefined;
  readonly correlationId: string | undefined;
  /** Why there was no usable answer. */
  readonly failure: SendFailure['reason'] | 'unreadable' | undefined;
}

/** MSAL lets its own error class through untouched, so this reaches the exchange with nothing lost. */
export class TokenEndpointRefusal extends AuthError {
  readonly refusal: Refusal;
  constructor(refusal: Refusal) {
    super('token_endpoint_refusal', refusal.correlationId ?? '', 'The token endpoint gave no token.');
    // AuthError's constructor makes every error an AuthError and no more.
    Object.setPrototypeOf(this, TokenEndpointRefusal.prototype);
    this.name = 'TokenEndpointRefusal';
    this.refusal = refusal;
  }
}

/** Milliseconds and bytes that an answer of the token endpoint may take. */
const deadline = 5_000;
const cap = 256 * 1024;

/**
 * MSAL's way to the network, ours: bounded, no redirect followed (a 307 would post credential and assertion elsewhere), and a refusal
 * thrown before MSAL reads it, because MSAL drops claims and shares one user's throttling with all others.
 */
export const network: INetworkModule = {
  sendGetRequestAsync: () => {
    throw new TokenEndpointRefusal(refusalOf({ failure: 'unreadable' }));
  },
  async sendPostRequestAsync<T>(url: string, options: NetworkRequestOptions = {}): Promise<NetworkResponse<T>> {
    const answer = await send(url, { method: 'POST', headers: options.headers ?? {}, body: options.body ?? '', deadline, cap }).catch(
      (failure: SendFailure) => {
        throw new TokenEndpointRefusal(refusalOf({ failure: failure.reason }));
      },
    );
    const body = readJsonObject(answer.body);
    if (answer.status !== 200 || !body || !isTokenAnswer(body))
      throw new TokenEndpointRefusal(readRefusal(answer.status, body, answer.headers['retry-after']));
    // MSAL gets what it needs and nothing that it could stumble over.
    const { access_token, token_type, expires_in } = body;
    return { status: 200, headers: {}, body: { access_token, token_type, expires_in } as T };
  },
};

/** A refusal that says no more than this. */
export const refusalOf = (said: Partial<Refusal>): Refusal => ({
  status: 0,
  error: undefined,
  suberror: undefined,
  codes: [],
  claims: undefined,
  retryAfter: undefined,
  traceId: undefined,
  correlationId: undefined,
  failure: undefined,
  ...said,
});

const isTokenAnswer = (body: Record<string, unknown>) =>
  typeof body.access_token === 'string' &&
  body.access_token !== '' &&
  Number(body.expires_in) > 0 &&
  String(body.token_type).toLowerCase() === 'bearer';

/** Keeps what the refusal's classes are made of (https://learn.microsoft.com/entra/identity-platform/v2-oauth2-on-behalf-of-flow#error-response-example). */
export function readRefusal(status: number, body: Record<string, unknown> | undefined, retryAfter: string | undefined): Refusal {
  const text = (name: string) => (typeof body?.[name] === 'string' && body[name] !== '' ? body[name] : undefined);
  const codes = body?.error_codes;
  return {
    status,
    error: text('error'),
    suberror: text('suberror'),
    codes: Array.isArray(codes) ? codes.map(Number).filter(Number.isSafeInteger) : [],
    claims: readJsonObject(Buffer.from(text('claims') ?? '')),
    retryAfter: readRetryAfter(retryAfter),
    traceId: guidOf(text('trace_id')),
    correlationId: guidOf(text('correlation_id')),
    failure: text('error') === undefined && status < 400 ? 'unreadable' : undefined,
  };
}

const guidOf = (text: string | undefined) => (text && /^[0-9a-f-]{36}$/i.test(text) ? text : undefined);
