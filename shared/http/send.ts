import { type Dispatcher, request } from 'undici';
import { createDeadline } from './deadline.ts';

type Verb = 'GET' | 'PUT' | 'POST' | 'DELETE';
type Message = {
  readonly method: Verb;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly body?: string | null;
};

/** Milliseconds for the whole exchange, the answer's body included; the largest such body, in bytes; the budget of the request that this one serves. */
type Limits = {
  readonly deadline: number;
  readonly cap: number;
  readonly signal?: AbortSignal;
  readonly dispatcher?: Dispatcher;
};

export type HttpResponse = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: Buffer;
};

/** Why no answer came that one could use. `connect`: nothing was sent; `timeout`, `too_large`, `encoding`, `broken`: it may have been. */
export class SendFailure extends Error {
  readonly reason: 'connect' | 'timeout' | 'too_large' | 'encoding' | 'broken';
  constructor(reason: SendFailure['reason']) {
    super(reason);
    this.reason = reason;
  }
}

const neverConnected = [
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
];
/** undici's own limits on waiting for headers and between two pieces of the body. */
const tooSlow = ['UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_BODY_TIMEOUT'];

/**
 * The one way out of this process that we write ourselves (metadata, keys, token endpoint, Downstream): bounded in time and size,
 * follows no redirect (a 3xx is an answer like any other), accepts no compressed body (a few bytes could unpack to gigabytes).
 * @throws SendFailure
 */
export async function send(
  url: URL | string,
  { deadline, cap, signal: outer, headers, ...options }: Message & Limits,
): Promise<HttpResponse> {
  const budget = createDeadline(deadline);
  const signal = outer ? AbortSignal.any([budget.signal, outer]) : budget.signal;
  try {
    const answer = await request(url, {
      ...options,
      headers: { 'accept-encoding': 'identity', ...headers },
      signal,
    });
    return {
      status: answer.statusCode,
      headers: joinLists(answer.headers),
      body: await readBody(answer, cap),
    };
  } catch (error) {
    if (error instanceof SendFailure) throw error;
    const { code = '' } = error as { code?: string };
    if (signal.aborted || tooSlow.includes(code)) throw new SendFailure('timeout');
    throw new SendFailure(neverConnected.includes(code) ? 'connect' : 'broken');
  } finally {
    budget.close();
  }
}

const joinLists = (headers: Dispatcher.ResponseData['headers']) =>
  Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.join(', ') : value,
    ]),
  );

async function readBody({ headers, body }: Dispatcher.ResponseData, cap: number): Promise<Buffer> {
  if ((headers['content-encoding'] ?? 'identity') !== 'identity') {
    body.on('error', () => {}).destroy();
    throw new SendFailure('encoding');
  }
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > cap) throw new SendFailure('too_large');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** Seconds, at most 300, from a Retry-After of seconds or an HTTP date (RFC 9110 §10.2.3); `undefined` for nonsense. */
export function readRetryAfter(value = '', now: number = Date.now()): number | undefined {
  const isDate = /^(Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*,? /.test(value);
  const seconds = isDate
    ? Math.ceil((Date.parse(value) - now) / 1_000)
    : Number(/^\s*(\d+)\s*$/.exec(value)?.[1]);
  return seconds >= 0 ? Math.min(seconds, 300) : undefined;
}
