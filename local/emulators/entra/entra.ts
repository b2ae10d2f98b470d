/** The Entra ID emulator: routing, the headers of all responses, and one record per request. */
import { randomUUID } from 'node:crypto';
import type { EmulatorContext, EmulatorRequest, EmulatorResponse, Endpoint } from '../context.ts';
import type { FaultyEndpoint } from '../control/faults.ts';
import { handleAuthorize } from './authorize/authorize-endpoint.ts';
import { createConsents } from './consents.ts';
import type { Tenant } from './directory.ts';
import type { AddFacts, EntraContext } from './entra-context.ts';
import { createGrantStore } from './grant-store.ts';
import { handleLogout } from './logout-endpoint.ts';
import { handleMetadata } from './metadata-endpoint.ts';
import { createErrorBody, Refusal } from './refusal.ts';
import { createSessions } from './sessions.ts';
import { handleToken } from './token/token-endpoint.ts';

const minuteMs = 60_000;
const codeLifetimeMs = 10 * minuteMs;
const refreshTokenLifetimeMs = 90 * 24 * 60 * minuteMs;

const guidPattern = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** The endpoints of Entra, as faults and records name them. */
export type EntraEndpoint =
  | Extract<FaultyEndpoint, 'metadata' | 'keys' | 'authorize' | 'token'>
  | 'logout';

/** Returns the endpoint that serves a path, or `undefined` when the path is not Entra's. */
export function matchEntraEndpoint(path: string): EntraEndpoint | undefined {
  if (path === '/common/discovery/instance') return 'metadata';
  if (/^\/[^/]+(\/v2\.0)?\/\.well-known\/openid-configuration$/.test(path)) return 'metadata';
  if (/^\/[^/]+\/discovery(\/v2\.0)?\/keys$/.test(path)) return 'keys';
  const [, name] = /^\/[^/]+\/oauth2\/v2\.0\/(authorize|token|logout)$/.exec(path) ?? [];
  return name as 'authorize' | 'token' | 'logout' | undefined;
}

/** The `client-request-id`, which MSAL sends as a header, a query parameter or a form field. */
function readCorrelationId({ headers, url, body }: EmulatorRequest): string | undefined {
  const isForm = headers['content-type']?.startsWith('application/x-www-form-urlencoded');
  const form = new URLSearchParams(isForm ? body.toString('utf8') : '');
  const name = 'client-request-id';
  const id = headers[name] ?? url.searchParams.get(name) ?? form.get(name) ?? '';
  return guidPattern.test(id) ? id : undefined;
}

/**
 * Returns the tenant in the path, or `undefined` for `common` and `organizations`.
 * @throws {Refusal} (90002) for an unknown tenant.
 */
function findTenant({ directory }: EmulatorContext, { url }: EmulatorRequest): Tenant | undefined {
  const segment = url.pathname.split('/')[1] ?? '';
  const tenant = directory.tenant(segment);
  if (!tenant && segment !== 'common' && segment !== 'organizations') {
    throw new Refusal(90002, { detail: `Tenant '${segment}' not found.` });
  }
  return tenant;
}

/** Creates the endpoint for all paths of Entra. */
export function createEntra(emulators: EmulatorContext): Endpoint {
  const { directory, policies, now, origin } = emulators;
  const context: EntraContext = {
    ...emulators,
    consents: createConsents(directory, policies, now),
    sessions: createSessions(origin),
    codes: createGrantStore('1.A', codeLifetimeMs, now),
    refreshTokens: createGrantStore('1.R', refreshTokenLifetimeMs, now),
  };

  async function handle(
    endpoint: EntraEndpoint,
    request: EmulatorRequest,
    correlationId: string,
    addFacts: AddFacts,
  ): Promise<EmulatorResponse | undefined> {
    if (endpoint === 'logout') return handleLogout(context, request);
    const tenant = findTenant(context, request);
    switch (endpoint) {
      case 'authorize':
        return handleAuthorize(context, request, { tenant, correlationId, addFacts });
      case 'token':
        return handleToken(context, request, tenant, addFacts);
      default:
        return handleMetadata(context, request.url, tenant);
    }
  }

  function createErrorResponse(
    refusal: Refusal,
    correlationId: string,
    addFacts: AddFacts,
  ): EmulatorResponse {
    const { error, aadsts, suberror, claims, status } = refusal;
    addFacts({ error, aadsts, suberror, claims });
    return {
      status,
      headers: { 'Cache-Control': 'no-store', Pragma: 'no-cache' },
      body: createErrorBody(refusal, { origin, correlationId, now: now() }),
    };
  }

  return async (request) => {
    const endpoint = matchEntraEndpoint(request.url.pathname);
    if (!endpoint) return undefined;
    const started = performance.now();
    const sentCorrelationId = readCorrelationId(request);
    const correlationId = sentCorrelationId ?? randomUUID();
    const facts: Record<string, unknown> = {};
    const addFacts: AddFacts = (more) => {
      Object.assign(facts, more);
    };

    let response: EmulatorResponse | undefined;
    try {
      response = await handle(endpoint, request, correlationId, addFacts);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      response = createErrorResponse(error, correlationId, addFacts);
    }
    if (!response) return undefined;

    context.recorder.record({
      at: now(),
      took: performance.now() - started,
      hop: 'entra',
      operation: endpoint,
      status: response.status,
      ...(sentCorrelationId ? { correlationId: sentCorrelationId } : {}),
      facts,
    });
    return {
      ...response,
      headers: {
        'x-ms-request-id': randomUUID(),
        'client-request-id': correlationId,
        ...response.headers,
      },
    };
  };
}
