/** Faults that users and tests can inject into an endpoint, such as throttling or a hang. */
import type { ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

/** The endpoints that a fault can be injected into. */
export const faultyEndpoints = [
  'metadata',
  'keys',
  'authorize',
  'token',
  'vault',
  'managed-identity',
  'tables',
  'graph',
] as const;

/** The name of an endpoint that a fault can be injected into. */
export type FaultyEndpoint = (typeof faultyEndpoints)[number];

/** Delays the response. The endpoint still runs. */
interface DelayFault {
  readonly kind: 'delay';
  readonly milliseconds: number;
}

/** Responds with an error status. */
interface ErrorFault {
  readonly kind: 'refuse';
  readonly status: 429 | 500 | 503;
  /** The value of Retry-After in seconds. Absent: the response has no Retry-After header. */
  readonly retryAfter?: number;
}

/**
 * Does not respond (`hang`), responds 200 with HTML (`garbage`), or closes the connection in the
 * middle of a JSON body (`cut`).
 */
interface BrokenFault {
  readonly kind: 'hang' | 'garbage' | 'cut';
}

/** Redirects to another URL with status 307. */
interface RedirectFault {
  readonly kind: 'redirect';
  readonly url: string;
}

/** A fault, distinguished by its `kind`. */
export type Fault = DelayFault | ErrorFault | BrokenFault | RedirectFault;

/** The syntax of faults for messages. Example: `npm run -s policy -- set fault token=429:5`. */
export const faultKinds =
  'delay:MS, 429[:SECONDS], 500, 503[:SECONDS], hang, garbage, cut, redirect:URL';

/** Parses a fault such as `429:5`. Returns `undefined` for an unknown one. */
export function parseFault(text: string): Fault | undefined {
  const [, kind = '', argument] = /^([a-z0-9]+)(?::(.+))?$/s.exec(text) ?? [];
  const isNumber = argument !== undefined && /^\d{1,6}$/.test(argument);

  if (argument === undefined) {
    switch (kind) {
      case '429':
        return { kind: 'refuse', status: 429 };
      case '500':
        return { kind: 'refuse', status: 500 };
      case '503':
        return { kind: 'refuse', status: 503 };
      case 'hang':
      case 'garbage':
      case 'cut':
        return { kind };
    }
    return undefined;
  }
  if (kind === 'redirect' && URL.canParse(argument)) return { kind, url: argument };
  if (!isNumber) return undefined;
  switch (kind) {
    case 'delay':
      return { kind, milliseconds: Number(argument) };
    case '429':
      return { kind: 'refuse', status: 429, retryAfter: Number(argument) };
    case '503':
      return { kind: 'refuse', status: 503, retryAfter: Number(argument) };
  }
  return undefined;
}

/**
 * Applies a fault to a response. Resolves to `true` when the endpoint must not run because the
 * response was sent or lost. Resolves to `false` without a fault, and after a delay.
 */
export async function applyFault(
  fault: Fault | undefined,
  response: ServerResponse,
): Promise<boolean> {
  switch (fault?.kind) {
    case undefined:
      return false;
    case 'delay':
      await sleep(fault.milliseconds);
      return response.destroyed;
    case 'refuse':
      sendError(fault, response);
      return true;
    case 'hang':
      // Lasts until the caller closes the connection.
      if (!response.destroyed) await new Promise((resolve) => response.once('close', resolve));
      return true;
    case 'garbage':
      response.writeHead(200, { 'Content-Type': 'text/html; charset=utf-8' });
      response.end('<!doctype html><title>Welcome</title><p>Sign in to use the guest network.');
      return true;
    case 'cut':
      response.writeHead(200, { 'Content-Type': 'application/json', 'Content-Length': '4096' });
      response.write('{"token_type":"Bearer","expires_in":', () => response.destroy());
      return true;
    case 'redirect':
      response.writeHead(307, { Location: fault.url });
      response.end();
      return true;
  }
}

function sendError({ status, retryAfter }: ErrorFault, response: ServerResponse): void {
  if (retryAfter !== undefined) response.setHeader('Retry-After', String(retryAfter));
  const body = {
    error: status === 500 ? 'server_error' : 'temporarily_unavailable',
    error_description: `Fault injected into the local emulators: ${status}.`,
  };
  response.writeHead(status, { 'Content-Type': 'application/json' });
  response.end(JSON.stringify(body));
}
