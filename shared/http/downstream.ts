import { Pool } from 'undici';
import { problems, ApiError, type ApiErrorCode, notAnswering } from '../api-error.ts';
import { type JsonObject, readJsonObject } from '../json.ts';
import type { OnBehalfOf } from '../obo/on-behalf-of.ts';
import { reveal, type Redacted } from '../redacted.ts';
import type { Call } from './create-api.ts';
import { asClaims, readClaimsChallenge } from './read-challenge.ts';
import { readRetryAfter, type SendFailure, type HttpResponse, send } from './send.ts';

/** Base URL, route prefix included, the only origin that is called and whose challenges are believed; the downstream API's client id. */
export type DownstreamSettings = {
  readonly url: URL;
  readonly clientId: string;
  readonly onBehalfOf: OnBehalfOf;
};

type Verb = 'GET' | 'PUT' | 'DELETE';

/** A path below the base URL, whose parts are checked or encoded, and the delegated scope that it needs, by its short name. */
export type DownstreamRequest = {
  readonly method: Verb;
  readonly path: string;
  readonly scope: string;
  readonly json?: unknown;
};

/** What Downstream answered when it did what was asked. */
export type DownstreamAnswer = Readonly<{
  status: number;
  etag?: string | undefined;
  json?: JsonObject;
}>;

/** Calls Downstream on behalf of the call's user. @throws ApiError */
export type CallDownstream = (call: Call, request: DownstreamRequest) => Promise<DownstreamAnswer>;

/** Milliseconds and bytes of an answer, bytes of one that challenges, and characters of a detail that is passed on. */
const limits = { deadline: 8_000, cap: 1024 * 1024, challenge: 64 * 1024, detail: 500 };

/** The caller's own headers that go on; nothing else of the request does, least of all token A. */
const passedOn = ['if-match', 'if-none-match', 'accept-language'];

/** Denials of Downstream that are about the user's request and go back as they are; any other is a fault between the two APIs. */
const aboutObject: readonly ApiErrorCode[] = [
  'forbidden',
  'not_found',
  'conflict',
  'precondition_required',
];
const aboutBody: readonly ApiErrorCode[] = ['bad_request', 'too_large', 'unsupported_media_type'];
const relayed: readonly ApiErrorCode[] = [...aboutObject, ...aboutBody, 'unavailable', 'timeout'];

/**
 * Exchange, call, and when Downstream challenges the token, ONE new exchange with its claims and one more call; what is refused or challenged
 * after that goes up to whoever called, so nothing loops.
 */
export function createDownstream({
  url,
  clientId,
  onBehalfOf,
}: DownstreamSettings): CallDownstream {
  const base = url.href.replace(/\/$/, '');
  const dispatcher = new Pool(url.origin, {
    connections: 64,
    connect: { timeout: 1_000 },
    headersTimeout: 5_000,
    bodyTimeout: 5_000,
  });

  async function callOnce(
    { request, trace, signal }: Call,
    { method, path, json }: DownstreamRequest,
    token: Redacted,
  ): Promise<HttpResponse> {
    const kept = passedOn.flatMap((name) =>
      request.headers.has(name) ? [[name, request.headers.get(name)]] : [],
    );
    const [body, type] =
      json === undefined
        ? [null, {}]
        : [JSON.stringify(json), { 'content-type': 'application/json' }];
    const headers = {
      ...Object.fromEntries(kept),
      ...type,
      authorization: `Bearer ${reveal(token)}`,
      traceparent: trace.traceparent,
    };
    const sendOnce = () =>
      send(`${base}/${path}`, { method, headers, body, ...limits, dispatcher, signal });
    const mayRepeat = ({ reason }: SendFailure) =>
      method === 'GET' && ['connect', 'broken'].includes(reason);
    const answer = sendOnce().catch((failure: SendFailure) =>
      mayRepeat(failure) ? sendOnce() : Promise.reject(failure),
    );
    return answer.catch(refuse);
  }

  return async (call, request) => {
    const { caller, trace } = call;
    const scopes = [`api://${clientId}/${request.scope}`];
    const exchange = {
      caller,
      scopes,
      audiences: [clientId, `api://${clientId}`],
      correlationId: trace.correlationId,
    };
    const first = await onBehalfOf.exchangeOnBehalf(exchange, call.signal);
    call.note({ exchange: first.cached ? 'cached' : 'made' });
    const answer = await callOnce(call, request, first.token);
    if (answer.status === 401) onBehalfOf.evict(exchange, first);
    const claims = demandedBy(answer);
    if (!claims) return readAnswer(answer, request.method);

    const second = await onBehalfOf.exchangeOnBehalf({ ...exchange, claims }, call.signal);
    call.note({ exchange: 'made again for a challenge' });
    const answerAgain = await callOnce(call, request, second.token);
    const claimsAgain = demandedBy(answerAgain);
    if (claimsAgain)
      throw new ApiError('step_up_required', {
        claims: claimsAgain,
        logContext: { check: 'challenged again' },
      });
    return readAnswer(answerAgain, request.method);
  };
}

function refuse({ reason: failure }: SendFailure): never {
  const logContext = { check: 'downstream', failure };
  if (failure === 'connect')
    throw new ApiError('unavailable', { detail: notAnswering('downstream'), logContext });
  throw new ApiError(failure === 'timeout' ? 'timeout' : 'bad_gateway', { logContext });
}

/** What a 401 demands: from its header or, where that would be too long, from its body. */
function demandedBy({ status, headers, body }: HttpResponse): JsonObject | undefined {
  if (status !== 401) return undefined;
  const { code, claims } = (body.length <= limits.challenge && readJsonObject(body)) || {};
  return (
    readClaimsChallenge(headers['www-authenticate'] ?? '') ??
    asClaims(code === 'step_up_required' ? claims : undefined)
  );
}

/** @throws ApiError: Downstream's own where it is about the request, `bad_gateway` for whatever else is no success */
function readAnswer({ status, headers, body }: HttpResponse, method: Verb): DownstreamAnswer {
  if (status === 204 && method === 'DELETE') return { status };
  const json = readJsonObject(body);
  if (json && [200, 201].includes(status)) return { status, etag: headers.etag, json };
  const logContext = { check: 'downstream', downstreamStatus: status };
  const code = relayed.find((known) => known === json?.code && problems[known].status === status);
  if (!code)
    throw new ApiError('bad_gateway', {
      logContext: { ...logContext, downstreamCode: codeOf(json?.code) },
    });
  if (code !== 'unavailable')
    throw new ApiError(code, { detail: plainText(json?.detail), logContext });
  throw new ApiError(code, {
    detail: notAnswering('downstream'),
    retryAfter: readRetryAfter(headers['retry-after']),
    logContext,
  });
}

const codeOf = (value: unknown) => Object.keys(problems).find((code) => code === value);
/** Words for a person: nothing that looks like an address, a path or Entra's own text. */
const plainText = (text: unknown) =>
  typeof text === 'string' &&
  text.length <= limits.detail &&
  /^(?!.*AADSTS)[^\p{C}@/\\]*$/u.test(text)
    ? text
    : undefined;
