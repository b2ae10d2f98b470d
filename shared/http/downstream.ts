import { Pool } from 'undici';
import { Denial, type DenialCode } from '../denial.ts';
import type { OnBehalf } from '../obo/on-behalf.ts';
import { reveal } from '../sealed.ts';
import { answers, notAnswering } from './answer.ts';
import type { Call } from './edge.ts';
import { readClaimsChallenge } from './read-challenge.ts';
import { readRetryAfter } from './retry-after.ts';
import { readJsonObject, type SendFailure, type Sent, send } from './send.ts';

export interface DownstreamSettings {
  /** Base URL, route prefix included; the only origin that is called and whose challenges are believed. */
  readonly url: URL;
  /** The downstream API's client id. */
  readonly clientId: string;
  readonly onBehalf: OnBehalf;
}

export interface DownstreamRequest {
  readonly method: 'GET' | 'PUT' | 'DELETE';
  /** Below the base URL; whoever builds it has checked or encoded its parts. */
  readonly path: string;
  /** The delegated scope it needs, by its short name. */
  readonly scope: string;
  readonly json?: unknown;
}

/** What Downstream answered when it did what was asked. */
export interface DownstreamAnswer {
  readonly status: number;
  readonly etag: string | undefined;
  readonly json: Readonly<Record<string, unknown>> | undefined;
}

/** Calls Downstream on behalf of the call's user. @throws Denial */
export type CallDownstream = (call: Call, request: DownstreamRequest) => Promise<DownstreamAnswer>;

/** Milliseconds and bytes. */
const limits = { connect: 1_000, headers: 5_000, total: 8_000, body: 1024 * 1024 };

/** The caller's own headers that go on; nothing else of the request does, least of all token A. */
const passedOn = ['if-match', 'if-none-match', 'accept-language'];

/** Denials of Downstream that are about the user's request and go back as they are; any other is a fault between the two APIs. */
const relayed: readonly DenialCode[] = [
  'forbidden',
  'not_found',
  'bad_request',
  'conflict',
  'precondition_required',
  'too_large',
  'unsupported_media_type',
  'unavailable',
  'timeout',
];

/**
 * Exchange, call, and when Downstream challenges the token, ONE new exchange with its claims and one more call; what is refused or challenged
 * after that goes up to whoever called, so nothing loops.
 */
export function createDownstream({ url, clientId, onBehalf }: DownstreamSettings): CallDownstream {
  const pool = new Pool(url.origin, {
    connections: 64,
    connect: { timeout: limits.connect },
    headersTimeout: limits.headers,
    bodyTimeout: limits.headers,
  });
  const audiences = [clientId, `api://${clientId}`];

  async function callOnce({ request, trace, signal }: Call, { method, path, json }: DownstreamRequest, token: string): Promise<Sent> {
    const kept = passedOn.flatMap((name) => (request.headers.has(name) ? [[name, request.headers.get(name) ?? '']] : []));
    const options = {
      method,
      headers: {
        ...Object.fromEntries(kept),
        ...(json === undefined ? {} : { 'content-type': 'application/json' }),
        authorization: `Bearer ${token}`,
        traceparent: trace.traceparent,
      },
      ...(json === undefined ? {} : { body: JSON.stringify(json) }),
      deadline: limits.total,
      cap: limits.body,
      dispatcher: pool,
      signal,
    };
    const target = new URL(`${url.href.replace(/\/$/, '')}/${path}`);
    const again = (failure: SendFailure) => {
      if (method !== 'GET' || !['connect', 'broken'].includes(failure.reason) || signal.aborted) throw failure;
      return send(target, options);
    };
    return send(target, options)
      .catch(again)
      .catch((failure: SendFailure) => {
        throw denialOfFailure(failure);
      });
  }

  return async (call, request) => {
    const exchange = {
      caller: call.caller,
      scopes: [`api://${clientId}/${request.scope}`],
      audiences,
      correlationId: call.trace.correlationId,
    };
    const first = await onBehalf.exchangeOnBehalf(exchange, call.signal);
    call.note({ exchange: first.cached ? 'cached' : 'made' });
    const answer = await callOnce(call, request, reveal(first.token));
    if (answer.status === 401) onBehalf.evict(exchange, first);
    const claims = challengeOf(answer);
    if (!claims) return readAnswer(answer);

    const second = await onBehalf.exchangeOnBehalf({ ...exchange, claims }, call.signal);
    call.note({ exchange: 'made again for a challenge' });
    const answerAgain = await callOnce(call, request, reveal(second.token));
    const claimsAgain = challengeOf(answerAgain);
    if (claimsAgain) throw new Denial('step_up_required', { claims: claimsAgain, facts: { check: 'challenged again' } });
    return readAnswer(answerAgain);
  };
}

const challengeOf = ({ status, headers }: Sent) => (status === 401 ? readClaimsChallenge(headers['www-authenticate'] ?? '') : undefined);

/** @throws Denial: Downstream's own where it is about the request, `bad_gateway` for whatever else is no success */
function readAnswer({ status, headers, body }: Sent): DownstreamAnswer {
  const json = readJsonObject(body);
  if ([200, 201].includes(status) && json) return { status, etag: headers.etag, json };
  if (status === 204) return { status, etag: undefined, json: undefined };
  const code = relayed.find((known) => known === json?.code && answers[known].status === status);
  if (!code)
    throw new Denial('bad_gateway', { facts: { check: 'downstream', downstreamStatus: status, downstreamCode: wordOf(json?.code) } });
  const detail = json?.detail;
  throw new Denial(code, {
    ...(typeof detail === 'string' && detail.length <= 500 && /^[^\p{C}]*$/u.test(detail) ? { detail } : {}),
    ...(code === 'unavailable'
      ? { detail: notAnswering.downstream, retryAfter: Math.min(readRetryAfter(headers['retry-after']) ?? 5, 300) }
      : {}),
    facts: { check: 'downstream', downstreamStatus: status },
  });
}

const wordOf = (value: unknown) => (typeof value === 'string' && /^[a-z_]{1,40}$/.test(value) ? value : undefined);

function denialOfFailure({ reason }: SendFailure): Denial {
  const facts = { check: 'downstream', failure: reason };
  if (reason === 'timeout') return new Denial('timeout', { facts });
  return reason === 'connect'
    ? new Denial('unavailable', { detail: notAnswering.downstream, facts })
    : new Denial('bad_gateway', { facts });
}
