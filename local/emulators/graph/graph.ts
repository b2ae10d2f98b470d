/**
 * The part of Microsoft Graph that finds people: `GET /graph/v1.0/users` and
 * `/graph/v1.0/users/{id}`.
 * https://learn.microsoft.com/graph/api/user-list
 */
import { randomUUID } from 'node:crypto';
import { isGuid } from '../../../shared/json.ts';
import type { EmulatorContext, EmulatorRequest, EmulatorResponse, Endpoint } from '../context.ts';
import type { User } from '../entra/directory.ts';
import { microsoftGraph } from '../entra/microsoft-graph.ts';
import { authenticate } from './authenticate.ts';
import { createGraphErrorBody, GraphError } from './graph-error.ts';
import { checkOptions, parseFilter, parseSelect, parseTop } from './user-query.ts';

const prefix = '/graph/';
const usersPath = '/graph/v1.0/users';

/** Whether Graph serves a path. */
export function isGraphPath(path: string): boolean {
  return path.startsWith(prefix);
}

/**
 * Creates the endpoint for the paths of Graph. It shows only users of the caller's tenant. A list
 * has one page with at most `$top` users.
 */
export function createGraph(context: EmulatorContext): Endpoint {
  const { directory, now, origin, recorder } = context;

  return async (request) => {
    const { url, method, headers } = request;
    if (!isGraphPath(url.pathname)) return undefined;
    const started = performance.now();
    const sentId = headers['client-request-id'];
    const correlationId = isGuid(sentId) ? sentId : undefined;
    const requestId = randomUUID();
    const facts: Record<string, unknown> = {};
    let response: EmulatorResponse;
    try {
      const caller = await authenticate(context, headers.authorization);
      facts.user = caller.oid;
      const colleagues = directory.users.filter(({ tenantId }) => tenantId === caller.tenantId);
      response = { status: 200, body: readUsers(request, colleagues) };
    } catch (error) {
      if (!(error instanceof GraphError)) throw error;
      Object.assign(facts, { error: error.code, claims: error.claims });
      response = {
        status: error.status,
        ...(error.status === 401 && {
          headers: { 'WWW-Authenticate': createChallenge(origin, error) },
        }),
        body: createGraphErrorBody(error, { requestId, correlationId, now: now() }),
      };
    }
    recorder.record({
      at: now(),
      took: performance.now() - started,
      hop: 'graph',
      operation: `${method} ${url.pathname === usersPath ? 'users' : 'users/{id}'}`,
      status: response.status,
      ...(correlationId ? { correlationId } : {}),
      facts,
    });
    return {
      ...response,
      headers: {
        'request-id': requestId,
        'client-request-id': correlationId ?? requestId,
        'Cache-Control': 'no-cache',
        ...response.headers,
      },
    };
  };
}

/** Creates the challenge of a 401. It has claims only for continuous access evaluation. */
function createChallenge(origin: string, { claims }: GraphError): string {
  const challenge =
    `Bearer realm="", authorization_uri="${origin}/common/oauth2/v2.0/authorize", ` +
    `client_id="${microsoftGraph.appId}"`;
  if (claims === undefined) return challenge;
  const encoded = Buffer.from(claims).toString('base64');
  return `${challenge}, error="insufficient_claims", claims="${encoded}"`;
}

/** @throws {GraphError} for another method or path, an invalid query, or an unknown user */
function readUsers({ method, url }: EmulatorRequest, users: readonly User[]): object {
  const { pathname, searchParams: query } = url;
  if (method !== 'GET') {
    throw new GraphError({
      status: 403,
      code: 'Authorization_RequestDenied',
      message: 'Insufficient privileges to complete the operation.',
    });
  }
  if (pathname === usersPath) return listUsers(query, users);
  const [, id] = /^\/graph\/v1\.0\/users\/([^/]+)$/.exec(pathname) ?? [];
  if (id !== undefined) return readUser(decodeId(id), query, users);
  throw new GraphError({
    status: 400,
    code: 'BadRequest',
    message: 'The emulator serves /v1.0/users and /v1.0/users/{id} only.',
  });
}

/** @throws {GraphError} 400 for an invalid percent encoding */
function decodeId(id: string): string {
  try {
    return decodeURIComponent(id);
  } catch {
    throw new GraphError({ status: 400, code: 'BadRequest', message: 'The id is invalid.' });
  }
}

function listUsers(query: URLSearchParams, users: readonly User[]): object {
  checkOptions(query, ['$filter', '$select', '$top']);
  const isIncluded = parseFilter(query.get('$filter'));
  const select = parseSelect(query.get('$select'));
  const found = users.filter(isIncluded).slice(0, parseTop(query.get('$top')));
  return {
    '@odata.context': `${microsoftGraph.identifierUri}/v1.0/$metadata#users`,
    value: found.map(select),
  };
}

/** @param id the object id or the user principal name */
function readUser(id: string, query: URLSearchParams, users: readonly User[]): object {
  checkOptions(query, ['$select']);
  const select = parseSelect(query.get('$select'));
  const user = users.find(({ oid, upn }) => [oid, upn.toLowerCase()].includes(id.toLowerCase()));
  if (user) {
    const context = `${microsoftGraph.identifierUri}/v1.0/$metadata#users/$entity`;
    return { '@odata.context': context, ...select(user) };
  }
  throw new GraphError({
    status: 404,
    code: 'Request_ResourceNotFound',
    message:
      `Resource '${id}' does not exist or one of its queried reference-property objects ` +
      'are not present.',
  });
}
