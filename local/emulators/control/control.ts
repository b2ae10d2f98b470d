/** The control API under /control: records, tokens for experiments, policies. For whoever holds the token in `dataDir/control.json`. */
import { timingSafeEqual } from 'node:crypto';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { EmulatorContext, EmulatorRequest, EmulatorResponse, Endpoint } from '../context.ts';
import { policyValues, UnknownPolicy } from '../entra/policies.ts';
import { makeAskedToken, UnknownAsked } from '../entra/token/mint-token.ts';
import { writePrivateFile } from '../private-file.ts';
import { faultKinds, faultyEndpoints } from './faults.ts';

/** Writes `control.json` for the command lines; resolves to what removes it again, unless another emulators has written its own since. */
export async function publishControl(
  { dataDir, origin }: EmulatorContext,
  token: string,
): Promise<() => Promise<void>> {
  const file = join(dataDir, 'control.json');
  const text = JSON.stringify({ origin, token });
  await writePrivateFile(file, text);
  return async () => {
    const now = await readFile(file, 'utf8').catch(() => undefined);
    if (now === text) await rm(file, { force: true });
  };
}

/** A body that is not what the route takes. */
class BadBody extends Error {}

function readObject({ body }: EmulatorRequest): Readonly<Record<string, unknown>> {
  let parsed: unknown;
  try {
    parsed = JSON.parse(body.toString('utf8'));
  } catch {
    throw new BadBody('The body is not JSON.');
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed))
    throw new BadBody('The body is not a JSON object.');
  return parsed as Readonly<Record<string, unknown>>;
}

function readText(body: Readonly<Record<string, unknown>>, name: string): string {
  const value = body[name];
  if (typeof value !== 'string') throw new BadBody(`"${name}" must be a string.`);
  return value;
}

type Route = (
  context: EmulatorContext,
  request: EmulatorRequest,
) => Promise<object | undefined> | object | undefined;

const routes = new Map<string, Route>([
  [
    'GET /control/records',
    ({ recorder }, { url }) => ({
      records: recorder.since(Number(url.searchParams.get('since') ?? 0) || 0),
    }),
  ],
  [
    'DELETE /control/records',
    ({ recorder }) => {
      recorder.clear();
      return undefined;
    },
  ],
  ['POST /control/token', (context, request) => makeAskedToken(context, readObject(request))],
  [
    'GET /control/policies',
    ({ policies, directory }) => ({
      policies: policies.list(),
      values: policyValues,
      endpoints: faultyEndpoints,
      faultKinds,
      users: directory.users.map(({ name }) => name),
    }),
  ],
  [
    'PUT /control/policies',
    async ({ policies }, request) => {
      const body = readObject(request);
      await policies.set(
        readText(body, 'name'),
        readText(body, 'value'),
        body.user === undefined ? undefined : readText(body, 'user'),
      );
      return { policies: policies.list() };
    },
  ],
  [
    'DELETE /control/policies',
    async ({ policies }) => {
      await policies.reset();
      return { policies: policies.list() };
    },
  ],
]);

function holdsToken({ headers }: EmulatorRequest, token: string): boolean {
  const [given, wanted] = [Buffer.from(headers['x-control-token'] ?? ''), Buffer.from(token)];
  return given.length === wanted.length && timingSafeEqual(given, wanted);
}

/** Answers JSON: 401 without the token, 400 `{ "error": "one line" }` for what does not exist, 204 where there is nothing to say. */
export function createControl(context: EmulatorContext, token: string): Endpoint {
  const headers = { 'Cache-Control': 'no-store' };
  return async (request): Promise<EmulatorResponse | undefined> => {
    if (!request.url.pathname.startsWith('/control/')) return undefined;
    if (!holdsToken(request, token))
      return { status: 401, headers, body: { error: 'The x-control-token is missing or wrong.' } };
    const route = routes.get(`${request.method} ${request.url.pathname}`);
    if (!route)
      return {
        status: 404,
        headers,
        body: { error: `The routes are: ${[...routes.keys()].join(', ')}.` },
      };
    try {
      const body = await route(context, request);
      return body ? { status: 200, headers, body } : { status: 204, headers };
    } catch (error) {
      if (
        error instanceof BadBody ||
        error instanceof UnknownPolicy ||
        error instanceof UnknownAsked
      ) {
        return { status: 400, headers, body: { error: error.message } };
      }
      throw error;
    }
  };
}
