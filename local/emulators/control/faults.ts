/** Faults that a person or a test can plant at an endpoint of the emulators: what a network or a service in trouble does. */
import type { ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

export const faultyEndpoints = [
  'metadata',
  'keys',
  'authorize',
  'token',
  'vault',
  'managed-identity',
  'tables',
] as const;
export type FaultyEndpoint = (typeof faultyEndpoints)[number];

export type Fault =
  | { readonly kind: 'delay'; readonly milliseconds: number }
  /** `retryAfter` in seconds; without it the answer has no Retry-After. */
  | { readonly kind: 'refuse'; readonly status: 429 | 500 | 503; readonly retryAfter?: number }
  | { readonly kind: 'hang' | 'garbage' | 'cut' }
  | { readonly kind: 'redirect'; readonly url: string };

/** How a fault is written: `npm run -s policy -- set fault token=429:5`. */
export const faultKinds =
  'delay:MS, 429[:SECONDS], 500, 503[:SECONDS], hang, garbage, cut, redirect:URL';

/** Reads `429:5` and the like; `undefined` for anything else. */
export function parseFault(text: string): Fault | undefined {
  const [, kind = '', argument] = /^([a-z0-9]+)(?::(.+))?$/s.exec(text) ?? [];
  const number =
    argument !== undefined && /^\d{1,6}$/.test(argument) ? Number(argument) : undefined;
  if (kind === 'delay' && number !== undefined) return { kind, milliseconds: number };
  if (kind === 'redirect' && argument && URL.canParse(argument)) return { kind, url: argument };
  if (kind === '500' && argument === undefined) return { kind: 'refuse', status: 500 };
  if ((kind === '429' || kind === '503') && (number !== undefined || argument === undefined)) {
    return {
      kind: 'refuse',
      status: kind === '429' ? 429 : 503,
      ...(number === undefined ? {} : { retryAfter: number }),
    };
  }
  if ((kind === 'hang' || kind === 'garbage' || kind === 'cut') && argument === undefined)
    return { kind };
  return undefined;
}

/**
 * Does to the response what the fault says. Resolves to `true` when the response is answered or lost and the endpoint must not run,
 * to `false` when there is no fault or it was only a delay. A hang lasts until the caller goes away.
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
    case 'refuse': {
      if (fault.retryAfter !== undefined)
        response.setHeader('Retry-After', String(fault.retryAfter));
      const error = fault.status === 500 ? 'server_error' : 'temporarily_unavailable';
      response.writeHead(fault.status, { 'Content-Type': 'application/json' });
      response.end(
        JSON.stringify({
          error,
          error_description: `A planted fault of the local emulators: ${fault.status}.`,
        }),
      );
      return true;
    }
    case 'hang':
      if (!response.destroyed) await new Promise((resolve) => response.once('close', resolve));
      return true;
    case 'garbage':
      response.writeHead(200, { 'Content-Type': 'text/html; charset=utf-8' });
      response.end(
        '<!doctype html><title>Welcome</title><p>Sign in to the guest network to go on.',
      );
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
