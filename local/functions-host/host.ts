import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Recorder } from '../emulators/control/recorder.ts';
import type { RpcAnswer } from '../../tools/functions-worker/messages.ts';
import { readRequest, refuseEarly, splitTarget } from './read-request.ts';
import { describeRequest } from './record.ts';
import { createRouter, decodePath, type Match } from './routes.ts';
import { startWorker } from './worker-process.ts';
import { toResponse, writeEmpty } from './write-answer.ts';

export interface FunctionsHostOptions {
  readonly name: 'original-api' | 'downstream-api';
  /** 0 picks a free one. */
  readonly port: number;
  /** The built app's entry file, absolute. */
  readonly entry: string;
  /** The worker's whole environment: settings, PATH, nothing else. */
  readonly env: Readonly<Record<string, string>>;
  readonly recorder?: Recorder;
  /** Gets every line that the app writes, as it is. */
  readonly log: (line: string) => void;
}

export interface FunctionsHost {
  /** `http://localhost:PORT`, without the route prefix. */
  readonly origin: string;
  readonly workerPid: () => number | undefined;
  /** Takes no new request, finishes those in flight (20 s at most), ends the worker. */
  close(): Promise<void>;
}

const drainPatience = 20_000;
const homePage =
  '<!doctype html><title>Functions host</title><p>Your Functions 4.0 app is up and running.</p>\n';

/**
 * Runs one built app behind HTTP on 127.0.0.1 with the real host's behaviour as measured in handbook 3, HTTP streaming off.
 * Rejects with the app's own message when the app does not load.
 */
export async function startFunctionsHost(options: FunctionsHostOptions): Promise<FunctionsHost> {
  const { name, env, log, recorder } = options;
  const worker = await startWorker(options);
  const findRoute = createRouter(worker.functions, readRoutePrefix());
  const inFlight = new Set<Promise<void>>();

  async function invoke(
    request: IncomingMessage,
    { function: { name: functionName }, params }: Match,
  ): Promise<RpcAnswer | undefined> {
    try {
      return await worker.invoke(functionName, await readRequest(request, params));
    } catch (error) {
      log(
        `[${name}] ${functionName} failed: ${error instanceof Error ? error.message : String(error)}`,
      );
      return { statusCode: '500' };
    }
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const startedAt = Date.now();
    const refusal = refuseEarly(request);
    if (refusal) {
      request.resume();
      return writeEmpty(response, refusal, true);
    }
    const path = decodePath(splitTarget(request.url ?? '/').path);
    const method = request.method ?? 'GET';
    if (path === undefined) return writeEmpty(response, 400, true);
    if (path === '/')
      return writeHomePage(response, env.AzureWebJobsDisableHomepage?.toLowerCase() === 'true');
    const match = findRoute(method, path);
    const result = match ? await invoke(request, match) : undefined;
    if (result) toResponse(response, result);
    else writeEmpty(response, match ? 204 : 404);
    const { traceparent } = request.headers;
    const status = response.statusCode;
    const route = match?.function.route;
    recorder?.record(
      describeRequest({
        hop: name,
        method,
        route,
        status,
        traceparent: traceparent?.toString(),
        answer: result,
        startedAt,
        endedAt: Date.now(),
      }),
    );
  }

  const server = createServer(
    { maxHeaderSize: 256 * 1024, keepAliveTimeout: 130_000 },
    (request, response) => {
      const done = answer(request, response).finally(() => inFlight.delete(done));
      inFlight.add(done);
    },
  );
  try {
    await listen(server, options.port);
  } catch (error) {
    await worker.stop();
    throw error;
  }
  const { port } = server.address() as AddressInfo;
  return {
    origin: `http://localhost:${port}`,
    workerPid: worker.pid,
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      await Promise.race([
        Promise.all(inFlight),
        new Promise((resolve) => setTimeout(resolve, drainPatience).unref()),
      ]);
      server.closeIdleConnections();
      setTimeout(() => server.closeAllConnections(), 1_000).unref();
      await Promise.all([closed, worker.stop()]);
    },
  };
}

function readRoutePrefix(): string {
  const host = JSON.parse(readFileSync(new URL('../../host.json', import.meta.url), 'utf8'));
  return host.extensions?.http?.routePrefix ?? 'api';
}

function writeHomePage(response: ServerResponse, disabled: boolean): void {
  if (disabled) writeEmpty(response, 204);
  else response.writeHead(200, { 'content-type': 'text/html' }).end(homePage);
}

function listen(server: ReturnType<typeof createServer>, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject).listen(port, '127.0.0.1', () => resolve());
  });
}
