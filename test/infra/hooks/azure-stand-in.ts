import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Azure, createAzure } from '../../../infra/hooks/azure.ts';
import type { Clock } from '../../../infra/hooks/poll.ts';

/** What the stand-in holds, for a test to look at and to change. */
export interface AzureState {
  /** Paths of role assignments that exist. */
  readonly roles: Set<string>;
  /** Whether the role was given before, under another name. */
  given: boolean;
  /** Whether Graph refuses everything. */
  forbidden: boolean;
  /** How many requests the vault still refuses while a role spreads. */
  refusals: number;
  readonly versions: { readonly version: string; readonly cer: string }[];
  keyCredentials: Record<string, unknown>[];
  /** `METHOD path` of every request. */
  readonly requests: string[];
  youngestRole: number;
}

/**
 * The few requests that the hooks make of Graph, the vault and the management API, over real HTTP, answered from one state, as Microsoft's
 * pages describe them. It shows that the hooks do the right things in the right order, not that Azure takes them: see docs/deploy.md.
 */
export async function startAzureStandIn(): Promise<{
  azure: Azure;
  /** Its address, for programs that find it by themselves; what follows is the API: `/management`, `/graph`, `/vault`. */
  origin: string;
  token: string;
  state: AzureState;
  clock: Clock & { readonly slept: number[] };
  close(): void;
}> {
  const state: AzureState = {
    roles: new Set(),
    given: false,
    forbidden: false,
    refusals: 0,
    versions: [],
    keyCredentials: [],
    requests: [],
    youngestRole: 0,
  };
  const slept: number[] = [];
  let time = Date.parse('2026-11-22T12:00:00Z');
  const clock = {
    slept,
    now: () => time,
    async sleep(milliseconds: number) {
      slept.push(milliseconds);
      time += milliseconds;
    },
  };

  function answer(
    method: string,
    path: string,
    body: Record<string, unknown>,
  ): { status: number; json?: unknown } {
    if (path.startsWith('/management')) return manage(method, path);
    if (path.startsWith('/vault')) return vault(method, path);
    if (state.forbidden)
      return {
        status: 403,
        json: { error: { code: 'Authorization_RequestDenied', message: 'no' } },
      };
    if (method === 'GET')
      return { status: 200, json: { id: 'object', keyCredentials: state.keyCredentials } };
    state.keyCredentials = body.keyCredentials as Record<string, unknown>[];
    return { status: 204 };
  }

  function manage(method: string, path: string): { status: number; json?: unknown } {
    if (method === 'GET')
      return {
        status: 200,
        json: {
          value: [{ properties: { createdOn: new Date(state.youngestRole).toISOString() } }],
        },
      };
    if (method === 'DELETE') return { status: state.roles.delete(path) ? 200 : 204, json: {} };
    if (state.given || state.roles.has(path))
      return { status: 409, json: { error: { code: 'RoleAssignmentExists' } } };
    state.roles.add(path);
    return { status: 201, json: {} };
  }

  function vault(method: string, path: string): { status: number; json?: unknown } {
    const forbidden = { status: 403, json: { error: { code: 'Forbidden', message: 'no role' } } };
    if (state.roles.size === 0 && !state.given) return forbidden;
    if (state.refusals > 0) {
      state.refusals -= 1;
      return forbidden;
    }
    if (method === 'POST') {
      const version = `v${state.versions.length + 1}`;
      state.versions.push({
        version,
        cer: Buffer.from(`certificate ${version}`).toString('base64'),
      });
      return { status: 202, json: { status: 'inProgress' } };
    }
    if (path.includes('maxresults')) return { status: 200, json: { value: [] } };
    const newest = state.versions.at(-1);
    if (!newest) return { status: 404, json: { error: { code: 'CertificateNotFound' } } };
    const id = `https://example.vault.azure.net/certificates/name/${newest.version}`;
    return {
      status: 200,
      json: { id, cer: newest.cer, attributes: { exp: clock.now() / 1_000 + 365 * 86_400 } },
    };
  }

  const server = createServer(async (request, response) => {
    let text = '';
    for await (const part of request) text += part;
    const { method = '', url = '' } = request;
    state.requests.push(`${method} ${url}`);
    const { status, json } = answer(
      method,
      url,
      text ? (JSON.parse(text) as Record<string, unknown>) : {},
    );
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
