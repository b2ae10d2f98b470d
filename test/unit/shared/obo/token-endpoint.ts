import type { IncomingMessage, ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import type { ApiError } from '../../../../shared/api-error.ts';
import { createEntra, type Entra } from '../../../../shared/entra.ts';
import type { CredentialSource } from '../../../../shared/obo/credential.ts';
import { createExchange, type ExchangeRequest } from '../../../../shared/obo/exchange.ts';
import { createOnBehalfOf } from '../../../../shared/obo/on-behalf-of.ts';
import type { UserCall } from '../../../../shared/obo/user-credential.ts';
import { redact } from '../../../../shared/redacted.ts';
import type { Caller } from '../../../../shared/token/caller.ts';
import { createValidator } from '../../../../shared/token/validate.ts';
import {
  audience,
  type Issuer,
  otherTenantId,
  startIssuer,
  tenantId,
} from '../../../support/issuer.ts';

/** The client id of the downstream API. */
export const downstreamId = 'd0375100-0000-4000-8000-0000000000a3';

export const downstreamScope = `api://${downstreamId}/Documents.Read`;

export const correlationId = '0af76519-16cd-43dd-8448-eb211c80319c';

/** Claims of a challenge as Entra sends them, with an escaped character. */
export const challengeClaims =
  '{"access_token":{"capolids":{"essential":true,"values":["d7a2bb4f-\\u00e9"]}}}';

/** Entra's description of an error. It contains a user name, so it must not reach anyone. */
const description =
  'AADSTS50076: alice@contoso.example must use multi-factor authentication. ' +
  'Trace ID: 1 Correlation ID: 2 Timestamp: 3';

/** Writes one response of the token endpoint. */
export type Respond = (response: ServerResponse) => void;

export const respondWithJson =
  (status: number, body: object, headers: Record<string, string> = {}): Respond =>
  (response) =>
    response
      .writeHead(status, { 'content-type': 'application/json', ...headers })
      .end(JSON.stringify(body));

export const respondWithError = (error: string, members: object = {}, status = 400): Respond =>
  respondWithJson(status, {
    error,
    error_description: description,
    error_codes: [],
    timestamp: 't',
    trace_id: tenantId,
    correlation_id: otherTenantId,
    ...members,
  });

export const respondWithToken = (accessToken: unknown, members: object = {}): Respond =>
  respondWithJson(200, {
    token_type: 'Bearer',
    expires_in: 3_600,
    access_token: accessToken,
    ...members,
  });

/** Creates a call of this caller. `logContext` receives what is added to its log line. */
export const createCall = (
  caller: Caller,
  { signal = new AbortController().signal, logContext = {} as Record<string, unknown> } = {},
): UserCall => ({
  caller,
  signal,
  trace: { correlationId, traceparent: '00-a-b-01' },
  addLogContext: (fields) => Object.assign(logContext, fields),
});

/** A request that the token endpoint received. */
type TokenRequest = { readonly path: string; readonly form: URLSearchParams };

/** An issuer whose token endpoint responds as a test decides. */
export type TokenEndpoint = Awaited<ReturnType<typeof startTokenEndpoint>>;

export async function startTokenEndpoint() {
  const issuer = await startIssuer();
  const entra = createEntra({ tenantIds: [tenantId], authorityHost: issuer.host });
  const validate = createValidator({ keys: entra.keys, tenantIds: [tenantId], audience });

  return {
    issuer,
    close: () => issuer.close(),
    /** Creates the caller of a token A with these claims. */
    createCaller: async (claims: Record<string, unknown> = {}): Promise<Caller> =>
      validate(redact(await issuer.token(claims))),
    /** Creates an exchange with a state of its own. */
    setUp: () => setUpExchange(issuer, entra),
  };
}

function setUpExchange(issuer: Issuer, entra: Entra) {
  let now = Date.now();
  let renewals = 0;
  const requests: TokenRequest[] = [];
  const credentialOf = (version: string) => ({
    version,
    options: () => ({ clientSecret: `canary-secret-${version}` }),
  });
  const credential: CredentialSource = {
    current: async () => credentialOf('1'),
    async renew() {
      renewals += 1;
      return credentialOf('2');
    },
  };
  const options = { entra, clientId: audience, credential, now: () => now };
  const exchange = createExchange(options);

  const exchangeFor = (caller: Caller, changes: Partial<ExchangeRequest> = {}) =>
    exchange({
      caller,
      scopes: [downstreamScope],
      audiences: [downstreamId, `api://${downstreamId}`],
      correlationId,
      ...changes,
    });

  return {
    /** The requests that the token endpoint received, oldest first. */
    requests,
    countRenewals: () => renewals,
    pass: (milliseconds: number) => {
      now += milliseconds;
    },
    /** Sets the next responses of the token endpoint, in order. The last one repeats. */
    respond(...responses: readonly [Respond, ...Respond[]]) {
      const queue = [...responses];
      issuer.respond('/token', async (message: IncomingMessage, response: ServerResponse) => {
        const form = new URLSearchParams(await text(message));
        requests.push({ path: message.url ?? '', form });
        const respond = queue.length > 1 ? queue.shift() : queue[0];
        respond?.(response);
      });
    },
    /** Creates a token B with these claims. */
    createTokenB: (claims: Record<string, unknown> = {}) =>
      issuer.token({
        aud: downstreamId,
        azp: audience,
        azpacr: '1',
        exp: Math.floor(now / 1_000) + 3_600,
        ...claims,
      }),
    /** The exchange with its cache, which shares nothing but the endpoint with `exchange`. */
    onBehalfOf: createOnBehalfOf(options),
    exchange: exchangeFor,
    /** Returns the error with which the exchange fails. */
    async failure(caller: Caller, changes: Partial<ExchangeRequest> = {}): Promise<ApiError> {
      try {
        await exchangeFor(caller, changes);
      } catch (error) {
        return error as ApiError;
      }
      throw new Error('The exchange did not fail.');
    },
  };
}
