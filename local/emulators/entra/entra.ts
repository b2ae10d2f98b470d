/** The emulators's Entra ID: which endpoint a path means, what every answer has in common, and one record per request. */
import { randomUUID } from 'node:crypto';
import type { EmulatorContext, EmulatorRequest, EmulatorResponse, Endpoint } from '../context.ts';
import type { FaultyEndpoint } from '../control/faults.ts';
import { answerAuthorize } from './authorize/authorize-endpoint.ts';
import { createConsents } from './consents.ts';
import { createKeptGrants } from './grant-store.ts';
import { answerLogout } from './logout-endpoint.ts';
import { answerMetadata } from './metadata-endpoint.ts';
import { describeRefusal, Refusal } from './refusal.ts';
import { createSessions } from './sessions.ts';
import { answerToken } from './token/token-endpoint.ts';
import type { EntraContext, TokenRequest } from './token/token-request.ts';

const minutes = 60_000;
const guid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** The name of Entra's endpoint behind a path, as faults and records call it. */
export function matchEntraEndpoint(
  path: string,
): Extract<FaultyEndpoint, 'metadata' | 'keys' | 'authorize' | 'token'> | 'logout' | undefined {
  if (
    /^\/[^/]+(\/v2\.0)?\/\.well-known\/openid-configuration$/.test(path) ||
    path === '/common/discovery/instance'
  )
    return 'metadata';
  if (/^\/[^/]+\/discovery(\/v2\.0)?\/keys$/.test(path)) return 'keys';
  const [, operation] = /^\/[^/]+\/oauth2\/v2\.0\/(authorize|token|logout)$/.exec(path) ?? [];
  return operation as 'authorize' | 'token' | 'logout' | undefined;
}

/** The caller's `client-request-id`, or `undefined`; MSAL sends it as a header, a query parameter or a form field. */
function readCorrelationId({ headers, url, body }: EmulatorRequest): string | undefined {
  const isForm = headers['content-type']?.startsWith('application/x-www-form-urlencoded');
  const inForm = isForm
    ? new URLSearchParams(body.toString('utf8')).get('client-request-id')
    : undefined;
  const id =
    headers['client-request-id'] ?? url.searchParams.get('client-request-id') ?? inForm ?? '';
  return guid.test(id) ? id : undefined;
}

function findTenant({ directory }: EmulatorContext, { url }: EmulatorRequest) {
  const segment = url.pathname.split('/')[1] ?? '';
  const tenant = directory.tenant(segment);
  if (!tenant && segment !== 'common' && segment !== 'organizations')
    throw new Refusal(90002, { detail: `Tenant '${segment}' not found.` });
  return tenant;
}

/** Answers every path of Entra's; a path that is none of them is somebody else's. */
export function createEntra(emulators: EmulatorContext): Endpoint {
  const context: EntraContext = {
    ...emulators,
    consents: createConsents(emulators.directory, emulators.policies, emulators.now),
    sessions: createSessions(emulators.origin),
    codes: createKeptGrants('1.A', 10 * minutes, emulators.now),
    refreshTokens: createKeptGrants('1.R', 90 * 24 * 60 * minutes, emulators.now),
  };

  async function answer(
    operation: string,
    request: EmulatorRequest,
    correlationId: string,
    note: TokenRequest['note'],
  ) {
    if (operation === 'logout') return answerLogout(context, request);
    const tenant = findTenant(context, request);
    if (operation === 'authorize')
      return answerAuthorize(context, request, { tenant, correlationId, note });
    if (operation === 'token') return answerToken(context, request, tenant, note);
    return answerMetadata(context, request.url);
  }

  function refuse(
    error: unknown,
    correlationId: string,
    note: TokenRequest['note'],
  ): EmulatorResponse {
    if (!(error instanceof Refusal)) throw error;
    const { aadsts, suberror, claims, status } = error;
    note({ error: error.error, aadsts, suberror, claims });
    const body = describeRefusal(error, {
      origin: context.origin,
      correlationId,
      now: context.now(),
    });
    return { status, headers: { 'Cache-Control': 'no-store', Pragma: 'no-cache' }, body };
  }

  return async (request) => {
    const operation = matchEntraEndpoint(request.url.pathname);
    if (!operation) return undefined;
    const started = performance.now();
    const given = readCorrelationId(request);
    const correlationId = given ?? randomUUID();
    const facts: Record<string, unknown> = {};
    const note = (more: object) => Object.assign(facts, more);
    const answered = await answer(operation, request, correlationId, note).catch((error: unknown) =>
      refuse(error, correlationId, note),
    );
    if (!answered) return undefined;
    context.recorder.record({
      at: context.now(),
      took: performance.now() - started,
      hop: 'entra',
      operation,
      status: answered.status,
      ...(given ? { correlationId: given } : {}),
      facts,
    });
    return {
      ...answered,
      headers: {
        'x-ms-request-id': randomUUID(),
        'client-request-id': correlationId,
        ...answered.headers,
      },
    };
  };
}
