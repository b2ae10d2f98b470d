import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach } from '@jest/globals';
import { createDownstream, type DownstreamOptions } from '../../../../shared/http/downstream.ts';
import type { ExchangeRequest } from '../../../../shared/obo/exchange.ts';
import { createExchangeCache } from '../../../../shared/obo/exchange-cache.ts';
import type { UserCall } from '../../../../shared/obo/user-credential.ts';
import { redact } from '../../../../shared/redacted.ts';
import type { Caller } from '../../../../shared/token/caller.ts';

/** A response of the downstream API. */
export type Response = {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
};

/** A request that the downstream API received. */
export type ReceivedRequest = {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
};

/** Returns the response to a request, or breaks the connection with `undefined`. */
export type Respond = (request: ReceivedRequest) => Response | undefined;

/** The scope of all requests that name none. */
export const defaultScope = 'https://graph.example/User.Read';

const cleanups: (() => void)[] = [];
afterEach(() => {
  for (const cleanUp of cleanups.splice(0)) cleanUp();
});

export const json = (status: number, value: unknown, headers: object = {}): Response => ({
  status,
  headers: { 'content-type': 'application/json', ...headers },
  body: JSON.stringify(value),
});

/** Starts a downstream API for one test. Its tokens are B1, B2 and so on, one for each exchange. */
export async function startDownstream(respond: Respond, options: Partial<DownstreamOptions> = {}) {
  const requests: ReceivedRequest[] = [];
  const server = createServer(async (message, response) => {
    const { method = '', url = '', headers } = message;
    const request = { method, url, headers, body: await text(message) };
    requests.push(request);
    const result = respond(request);
    if (!result) response.destroy();
    else response.writeHead(result.status, result.headers).end(result.body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  cleanups.push(() => {
    server.closeAllConnections();
    server.close();
  });

  const exchanges: ExchangeRequest[] = [];
  let refusal: Error | undefined;
  const onBehalfOf = createExchangeCache({
    exchange: async (request) => {
      exchanges.push(request);
      if (refusal) throw refusal;
      const token = redact(`B${exchanges.length}`);
      return { token, expiresOnTimestamp: Date.now() + 3_600_000 };
    },
  });
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const downstream = createDownstream({
    baseUrl: `${origin}/api/`,
    scopes: [defaultScope],
    onBehalfOf,
    ...options,
  });

  const logContext: Record<string, unknown> = {};
  const call: UserCall = {
    caller: {
      digest: 'alice',
      tenantId: 't',
      expiresAt: Date.now() / 1_000 + 3_600,
    } as Caller,
    trace: { correlationId: 'id', traceparent: '00-a-b-01' },
    signal: new AbortController().signal,
    addLogContext: (fields) => Object.assign(logContext, fields),
  };
  return {
    /** The client of the downstream API. */
    downstream,
    call,
    onBehalfOf,
    origin,
    /** The requests that the downstream API received, oldest first. */
    requests,
    /** The requests that reached the exchange, oldest first. */
    exchanges,
    /** What was added to the log line of the call. */
    logContext,
    /** Makes the next exchanges fail. */
    refuse: (error: Error) => {
      refusal = error;
    },
  };
}
