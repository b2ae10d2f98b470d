import type { Dispatcher } from 'undici';
import { request } from 'undici';
import { openBudget } from './budget.ts';

export interface SendOptions {
  readonly method: 'GET' | 'PUT' | 'POST' | 'DELETE';
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  /** Milliseconds for the whole exchange, the answer's body included. */
  readonly deadline: number;
  /** The largest answer body that is read, in bytes. */
  readonly cap: number;
  /** The budget of the request that this one serves. */
  readonly signal?: AbortSignal | undefined;
  readonly dispatcher?: Dispatcher;
}

export interface Sent {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: Buffer;
}

/** Why no answer came that one could use. `connect`: nothing was sent; `timeout`, `too_large`, `encoding`, `broken`: it may have been. */
export class SendFailure extends Error {
  readonly reason: 'connect' | 'timeout' | 'too_large' | 'encoding' | 'broken';
  constructor(reason: SendFailure['reason']) {
    super(reason);
    this.name = 'SendFailure';
    this.reason = reason;
  }
}

const neverConnected = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH', 'UND_ERR_CONNECT_TIMEOUT']);
/** undici's own limits on waiting for headers and between two pieces of the body. */
const tooSlow = new Set(['UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_BODY_TIMEOUT']);

/**
 * The one way out of this process that we write ourselves (metadata, keys, token endpoint, Downstream): bounded in time and size,
 * follows no redirect (a 3xx is an answer like any other), accepts no compressed body (a few bytes could unpack to gigabytes).
 * @throws SendFailure
 */
export async function send(url: URL | string, options: SendOptions): Promise<Sent> {
  const budget = openBudget(options.deadline);
  const signal = options.signal ? AbortSignal.any([budget.signal, options.signal]) : budget.signal;
  try {
    const answer = await request(url, {
      method: options.method,
      headers: { 'accept-encoding': 'identity', ...options.headers },
      ...(options.body === undefined ? {} : { body: options.body }),
      ...(options.dispatcher ? { dispatcher: options.dispatcher } : {}),
      signal,
    });
    const headers = Object.fromEntries(
      Object.entries(answer.headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : value]),
    );
    const encoding = headers['content-encoding'];
    if (encoding !== undefined && encoding !== 'identity') {
      answer.body.on('error', () => {}).destroy();
      throw new SendFailure('encoding');
    }
    const chunks: Buffer[] = [];
    let size = 0;
    for await (const chunk of answer.body as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > options.cap) throw new SendFailure('too_large');
      chunks.push(chunk);
    }
    return { status: answer.statusCode, headers, body: Buffer.concat(chunks) };
  } catch (error) {
    if (error instanceof SendFailure) throw error;
    const { code = '' } = error as { code?: string };
    if (signal.aborted || tooSlow.has(code)) throw new SendFailure('timeout');
    throw new SendFailure(neverConnected.has(code) ? 'connect' : 'broken');
  } finally {
    budget.close();
  }
}

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** The body as a JSON object, or `undefined` where it is none. */
export function readJsonObject(body: Buffer): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(utf8.decode(body));
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
