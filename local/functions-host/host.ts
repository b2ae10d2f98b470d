import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { RpcResponse } from '../../tools/functions-worker/messages.ts';
import type { Recorder } from '../emulators/control/recorder.ts';
import { decodePath } from './decode-path.ts';
import { describeRequest } from './describe-request.ts';
import { checkLimits, readRequest, splitTarget } from './read-request.ts';
import { createRouter, type RouteMatch } from './router.ts';
import { startWorker } from './worker-process.ts';
import { writeEmpty, writeResponse } from './write-response.ts';

/** The options of {@link startFunctionsHost}. */
export interface FunctionsHostOptions {
  /** The name of the app in log lines and records. */
  readonly name: 'original-api' | 'downstream-api';
  /** 0 for any free port. */
  readonly port: number;
  /** The absolute path of the built app's entry file. */
  readonly entry: string;
  /** The whole environment of the worker. */
  readonly env: Readonly<Record<string, string>>;
  /** Receives an entry for each request. */
  readonly recorder?: Recorder;
  /** Receives each line that the app prints. */
  readonly log: (line: string) => void;
}

/** A host that runs one app. */
export interface FunctionsHost {
  /** `http://localhost:PORT`, without the route prefix. */
  readonly origin: string;
  /** The id of the worker's current process. */
  readonly workerPid: () => number | undefined;
  /**
   * Accepts no new request, waits up to 20 seconds for the requests in flight, and ends the worker.
   */
  close(): Promise<void>;
}

const drainMilliseconds = 20_000;
/** Milliseconds for connections to close before they are closed by force. */
const lingerMilliseconds = 1_000;
/** More than the real host accepts, so that `checkLimits` responds instead of Node. */
const maxHeaderSize = 256 * 1024;
/** Kestrel's default. */
const keepAliveTimeout = 130_000;
const homePage =
  '<!doctype html><title>Functions host</title>' +
  '<p>Your Functions 4.0 app is up and running.</p>\n';

/**
 * Runs one built app behind HTTP on 127.0.0.1. It behaves as the real host does with HTTP streaming
 * off (measured with version 4.1037).
 * @throws {Error} with the app's message if the app does not load
 */
export async function startFunctionsHost(options: FunctionsHostOptions): Promise<FunctionsHost> {
  const { name, env, log, recorder } = options;
  const worker = await startWorker(options);
  const findRoute = createRouter(worker.functions, readRoutePrefix());
  const hidesHomePage = env.AzureWebJobsDisableHomepage?.toLowerCase() === 'true';
  const inFlight = new Set<Promise<void>>();

  async function invoke(
    request: IncomingMessage,
    match: RouteMatch,
  ): Promise<RpcResponse | undefined> {
    const functionName = match.function.name;
    try {
      return await worker.invoke(functionName, await readRequest(request, match.params));
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      log(`[${name}] ${functionName} failed: ${message}`);
      return { statusCode: '500' };
    }
  }

  async function respond(request: IncomingMessage, target: ServerResponse): Promise<void> {
    const startedAt = Date.now();
    const refusal = checkLimits(request);
    if (refusal !== undefined) {
      request.resume();
      writeEmpty(target, refusal, { close: true });
      return;
    }
    const path = decodePath(splitTarget(request.url ?? '/').path);
    if (path === undefined) {
      writeEmpty(target, 400, { close: true });
      return;
    }
    if (path === '/') {
      writeHomePage(target, hidesHomePage);
      return;
    }
    const method = request.method ?? 'GET';
    const match = findRoute(method, path);
    const response = match ? await invoke(request, match) : undefined;
    if (response) writeResponse(target, response);
    else writeEmpty(target, match ? 204 : 404);
    recorder?.record(
      describeRequest({
        hop: name,
        method,
        route: match?.function.route,
        status: target.statusCode,
        traceparent: request.headers.traceparent?.toString(),
        response,
        startedAt,
        endedAt: Date.now(),
      }),
    );
  }

  const server = createServer({ maxHeaderSize, keepAliveTimeout }, (request, target) => {
    const done = respond(request, target).finally(() => inFlight.delete(done));
    inFlight.add(done);
  });
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
      const drainTimeout = sleep(drainMilliseconds, undefined, { ref: false });
      await Promise.race([Promise.all(inFlight), drainTimeout]);
      server.closeIdleConnections();
      setTimeout(() => server.closeAllConnections(), lingerMilliseconds).unref();
      await Promise.all([closed, worker.stop()]);
    },
  };
}

function readRoutePrefix(): string {
  const host = JSON.parse(readFileSync(new URL('../../host.json', import.meta.url), 'utf8'));
  return host.extensions?.http?.routePrefix ?? 'api';
}

function writeHomePage(target: ServerResponse, hidden: boolean): void {
  if (hidden) {
    writeEmpty(target, 204);
    return;
  }
  target.writeHead(200, { 'content-type': 'text/html' });
  target.end(homePage);
}

function listen(server: ReturnType<typeof createServer>, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
}
