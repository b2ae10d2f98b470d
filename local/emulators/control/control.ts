/**
 * The control API at `/control/`: records, tokens for tests, and policies. Callers send the token
 * of `dataDir/control.json` in `x-control-token`.
 */
import { timingSafeEqual } from 'node:crypto';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { EmulatorContext, EmulatorRequest, EmulatorResponse, Endpoint } from '../context.ts';
import { policyValues } from '../entra/policies.ts';
import { InvalidMintRequest, mintToken } from '../entra/token/mint-token.ts';
import { writePrivateFile } from '../private-file.ts';
import { faultKinds, faultyEndpoints } from './faults.ts';
import { UnknownPolicy } from './unknown-policy.ts';

/**
 * Writes `control.json`, from which the command-line tools read the origin and the token. Resolves
 * to a function that removes the file, unless other emulators have replaced it.
 */
export async function publishControl(
  { dataDir, origin }: EmulatorContext,
  token: string,
): Promise<() => Promise<void>> {
  const file = join(dataDir, 'control.json');
  const text = JSON.stringify({ origin, token });
  await writePrivateFile(file, text);
  return async () => {
    const current = await readFile(file, 'utf8').catch(() => undefined);
    if (current === text) await rm(file, { force: true });
  };
}

type JsonObject = Readonly<Record<string, unknown>>;

/** The request body does not have the form that the route expects. */
class InvalidBody extends Error {}

function parseObject({ body }: EmulatorRequest): JsonObject {
  let parsed: unknown;
  try {
    parsed = JSON.parse(body.toString('utf8'));
  } catch {
    throw new InvalidBody('The body is not JSON.');
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) {
    throw new InvalidBody('The body is not a JSON object.');
  }
  return parsed as JsonObject;
}

function requireString(body: JsonObject, name: string): string {
  const value = body[name];
  if (typeof value !== 'string') throw new InvalidBody(`"${name}" must be a string.`);
  return value;
}

/** Returns the JSON body of a 200, or `undefined` for a 204. */
type Route = (
  context: EmulatorContext,
  request: EmulatorRequest,
) => Promise<object | undefined> | object | undefined;

const listRecords: Route = ({ recorder }, { url }) => {
  const since = Number(url.searchParams.get('since') ?? 0) || 0;
  return { records: recorder.since(since) };
};

const clearRecords: Route = ({ recorder }) => {
  recorder.clear();
  return undefined;
};

const createToken: Route = (context, request) => mintToken(context, parseObject(request));

const listPolicies: Route = ({ policies, directory }) => ({
  policies: policies.list(),
  values: policyValues,
  endpoints: faultyEndpoints,
  faultKinds,
  users: directory.users.map(({ name }) => name),
});

const setPolicy: Route = async ({ policies }, request) => {
  const body = parseObject(request);
  const name = requireString(body, 'name');
  const value = requireString(body, 'value');
  const user = body.user === undefined ? undefined : requireString(body, 'user');
  await policies.set(name, value, user);
  return { policies: policies.list() };
};

const resetPolicies: Route = async ({ policies }) => {
  await policies.reset();
  return { policies: policies.list() };
};

const routes = new Map<string, Route>([
  ['GET /control/records', listRecords],
  ['DELETE /control/records', clearRecords],
  ['POST /control/token', createToken],
  ['GET /control/policies', listPolicies],
  ['PUT /control/policies', setPolicy],
  ['DELETE /control/policies', resetPolicies],
]);

function hasToken({ headers }: EmulatorRequest, token: string): boolean {
  const received = Buffer.from(headers['x-control-token'] ?? '');
  const expected = Buffer.from(token);
  return received.length === expected.length && timingSafeEqual(received, expected);
}

function isCallerError(error: unknown): error is Error {
  return (
    error instanceof InvalidBody ||
    error instanceof UnknownPolicy ||
    error instanceof InvalidMintRequest
  );
}

/**
 * Creates the endpoint of the control API. It responds 401 without the token, 404 for an unknown
 * route and 400 for an invalid body. The body of an error is `{ "error": "message" }`.
 */
export function createControl(context: EmulatorContext, token: string): Endpoint {
  const headers = { 'Cache-Control': 'no-store' };
  const respond = (status: number, body: object): EmulatorResponse => ({ status, headers, body });

  return async (request) => {
    const { pathname } = request.url;
    if (!pathname.startsWith('/control/')) return undefined;
    if (!hasToken(request, token)) {
      return respond(401, { error: 'The x-control-token is missing or wrong.' });
    }
    const route = routes.get(`${request.method} ${pathname}`);
    if (!route) {
      return respond(404, { error: `Unknown route. Routes: ${[...routes.keys()].join(', ')}.` });
    }
    try {
      const body = await route(context, request);
      return body ? respond(200, body) : { status: 204, headers };
    } catch (error) {
      if (isCallerError(error)) return respond(400, { error: error.message });
      throw error;
    }
  };
}
