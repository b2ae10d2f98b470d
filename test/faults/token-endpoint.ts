import { setTimeout as sleep } from 'node:timers/promises';
import type { Respond } from '../support/downstream.ts';
import { audience, type Issuer } from '../support/issuer.ts';
import { readBody, readClaims, refuseCredential, sendJson } from './responses.ts';

/** Downstream's client id. */
export const downstreamId = 'd0375100-0000-4000-8000-0000000000a3';

/** The requests at Entra's token endpoint. */
export interface Exchanges {
  /** The number of requests in progress. */
  running: number;
  /** The largest number of concurrent requests so far. */
  peak: number;
  /** The duration of each request in milliseconds. */
  delay: number;
}

/** Creates a token endpoint that issues a token B for the user of each token A. */
export function createTokenEndpoint(options: {
  readonly entra: Issuer;
  readonly exchanges: Exchanges;
  readonly rejectedSecrets: ReadonlySet<string>;
}): Respond {
  const { entra, exchanges, rejectedSecrets } = options;
  return async (request, response) => {
    exchanges.running += 1;
    exchanges.peak = Math.max(exchanges.peak, exchanges.running);
    const form = new URLSearchParams(await readBody(request));
    const { oid } = readClaims(form.get('assertion') ?? '');
    const tokenB = await signTokenB(entra, { oid });
    if (exchanges.delay > 0) await sleep(exchanges.delay);
    exchanges.running -= 1;
    if (rejectedSecrets.has(form.get('client_secret') ?? '')) {
      refuseCredential(response);
      return;
    }
    sendJson(response, {
      token_type: 'Bearer',
      scope: 'x',
      expires_in: 3_600,
      access_token: tokenB,
    });
  };
}

/** Signs a token B: for Downstream API, requested by Original API as a confidential client. */
export function signTokenB(entra: Issuer, claims: Record<string, unknown>): Promise<string> {
  return entra.token({ aud: downstreamId, azp: audience, azpacr: '1', ...claims });
}
