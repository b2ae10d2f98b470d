import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Azure, createAzure } from '../../../infra/hooks/azure.ts';
import type { Clock } from '../../../infra/hooks/poll.ts';

/** The state of the fake Azure. Tests read and change it. */
export interface FakeAzureState {
  /** The paths of the role assignments that exist. */
  readonly roles: Set<string>;
  /** Whether the principal already has the role through an assignment with another name. */
  hasRole: boolean;
  /** Whether Graph returns 403 for every request. */
  graphForbids: boolean;
  /** The number of further requests that the vault rejects although the role is assigned. */
  vaultRejections: number;
  /** The versions of the certificate in the vault. */
  readonly versions: { readonly version: string; readonly cer: string }[];
  /** The certificates on the registration. */
  keyCredentials: Record<string, unknown>[];
  /** Every request as `METHOD path`. */
  readonly requests: string[];
  /** When the newest role assignment was created: milliseconds since 1970. */
  newestRoleTime: number;
}

/** A clock whose `sleep` only advances the time. */
export interface FakeClock extends Clock {
  /** The duration of each sleep in milliseconds. */
  readonly slept: number[];
}

/** A running fake Azure. */
export interface FakeAzure {
  /** A client for the fake. */
  readonly azure: Azure;
  /** The origin of the fake. The APIs are at `/management`, `/graph` and `/vault`. */
  readonly origin: string;
  /** The access token that azd would return. */
  readonly token: string;
  /** The state of Azure. */
  readonly state: FakeAzureState;
  /** The clock of the fake. */
  readonly clock: FakeClock;
  /** Stops the server. */
  close(): void;
}

interface FakeResponse {
  readonly status: number;
  readonly json?: unknown;
}

const startTime = Date.parse('2026-11-22T12:00:00Z');
const secondsPerDay = 86_400;
const validityDays = 365;

/**
 * Starts an HTTP server that implements the requests of the hooks to Graph, the vault and the
 * management API, as Microsoft's documentation describes them. Tests with it show that the hooks
 * send the right requests in the right order, not that Azure accepts them.
 */
export async function startFakeAzure(): Promise<FakeAzure> {
  const state: FakeAzureState = {
    roles: new Set(),
    hasRole: false,
    graphForbids: false,
    vaultRejections: 0,
    versions: [],
    keyCredentials: [],
    requests: [],
    newestRoleTime: 0,
  };
  const clock = createFakeClock(startTime);
  const server = createServer(async (request, response) => {
    let text = '';
    for await (const chunk of request) text += chunk;
    const { method = '', url = '' } = request;
    state.requests.push(`${method} ${url}`);
    const body = text ? (JSON.parse(text) as Record<string, unknown>) : {};
    const { status, json } = respond(state, clock, { method, path: url, body });
    response
      .writeHead(status, { 'content-type': 'application/json' })
      .end(json === undefined ? undefined : JSON.stringify(json));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const claims = Buffer.from(JSON.stringify({ oid: 'me', idtyp: 'user' })).toString('base64url');
  const token = `header.${claims}.signature`;
  const endpoints = {
    management: `${origin}/management`,
    graph: `${origin}/graph`,
    vault: `${origin}/vault`,
  };
  return {
    azure: createAzure(endpoints, async () => token),
    origin,
    token,
    state,
    clock,
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}

/** Creates a clock that starts at a time in milliseconds since 1970. */
export function createFakeClock(start: number): FakeClock {
  const slept: number[] = [];
  let time = start;
  return {
    slept,
    now: () => time,
    async sleep(milliseconds) {
      slept.push(milliseconds);
      time += milliseconds;
    },
  };
}

interface FakeRequest {
  readonly method: string;
  readonly path: string;
  readonly body: Readonly<Record<string, unknown>>;
}

function respond(state: FakeAzureState, clock: Clock, request: FakeRequest): FakeResponse {
  if (request.path.startsWith('/management')) return respondAsManagement(state, request);
  if (request.path.startsWith('/vault')) return respondAsVault(state, clock, request);
  return respondAsGraph(state, request);
}

function respondAsManagement(state: FakeAzureState, { method, path }: FakeRequest): FakeResponse {
  if (method === 'GET') {
    const createdOn = new Date(state.newestRoleTime).toISOString();
    return { status: 200, json: { value: [{ properties: { createdOn } }] } };
  }
  if (method === 'DELETE') return { status: state.roles.delete(path) ? 200 : 204, json: {} };
  if (state.hasRole || state.roles.has(path))
    return { status: 409, json: { error: { code: 'RoleAssignmentExists' } } };
  state.roles.add(path);
  return { status: 201, json: {} };
}

function respondAsVault(
  state: FakeAzureState,
  clock: Clock,
  { method, path }: FakeRequest,
): FakeResponse {
  const forbidden = { status: 403, json: { error: { code: 'Forbidden', message: 'no role' } } };
  if (state.roles.size === 0 && !state.hasRole) return forbidden;
  if (state.vaultRejections > 0) {
    state.vaultRejections -= 1;
    return forbidden;
  }
  if (method === 'POST') {
    const version = `v${state.versions.length + 1}`;
    const cer = Buffer.from(`certificate ${version}`).toString('base64');
    state.versions.push({ version, cer });
    return { status: 202, json: { status: 'inProgress' } };
  }
  if (path.includes('maxresults')) return { status: 200, json: { value: [] } };
  const newest = state.versions.at(-1);
  if (!newest) return { status: 404, json: { error: { code: 'CertificateNotFound' } } };
  const id = `https://example.vault.azure.net/certificates/name/${newest.version}`;
  const exp = clock.now() / 1_000 + validityDays * secondsPerDay;
  return { status: 200, json: { id, cer: newest.cer, attributes: { exp } } };
}

function respondAsGraph(state: FakeAzureState, { method, body }: FakeRequest): FakeResponse {
  if (state.graphForbids)
    return {
      status: 403,
      json: { error: { code: 'Authorization_RequestDenied', message: 'no' } },
    };
  if (method === 'GET')
    return { status: 200, json: { id: 'object', keyCredentials: state.keyCredentials } };
  state.keyCredentials = body.keyCredentials as Record<string, unknown>[];
  return { status: 204 };
}
