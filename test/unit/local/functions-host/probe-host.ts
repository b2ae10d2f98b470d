import { fileURLToPath } from 'node:url';
import { createRecorder, type Recorder } from '../../../../local/emulators/control/recorder.ts';
import { type FunctionsHost, startFunctionsHost } from '../../../../local/functions-host/host.ts';
import { rawRequest, sendRaw } from '../../../support/raw-http.ts';

/** An app whose functions describe the request that they get. */
export const probeApp = fileURLToPath(
  new URL('../../../support/fixtures/probe-app.ts', import.meta.url),
);

/** A functions host that runs the probe app. */
export interface ProbeHost {
  readonly host: FunctionsHost;
  readonly port: number;
  readonly recorder: Recorder;
  /** The lines that the host and the app have logged. */
  readonly lines: readonly string[];
  /** Sends a request, such as `GET /api/things/x`, over its own connection. */
  readonly send: (
    requestLine: string,
    headers?: readonly string[],
    body?: string,
  ) => ReturnType<typeof sendRaw>;
  /** Sends a request to a function that describes it, and returns the description. */
  readonly describe: (
    requestLine: string,
    headers?: readonly string[],
    body?: string,
  ) => Promise<RequestDescription>;
}

/** What a function of the probe app sees. */
export interface RequestDescription {
  readonly function: string;
  readonly url: string;
  readonly method: string;
  readonly params: object;
  readonly query: readonly (readonly [string, string])[];
  readonly headers: object;
  readonly body: string;
  readonly pid: number;
}

export interface ProbeHostOptions {
  readonly name?: 'original-api' | 'downstream-api';
  /** The default is any free port. */
  readonly port?: number;
  readonly env?: Readonly<Record<string, string>>;
}

export async function startProbeHost({
  name = 'original-api',
  port: requestedPort = 0,
  env = {},
}: ProbeHostOptions = {}): Promise<ProbeHost> {
  const recorder = createRecorder();
  const lines: string[] = [];
  const host = await startFunctionsHost({
    name,
    port: requestedPort,
    entry: probeApp,
    env: { PATH: process.env.PATH ?? '', ...env },
    recorder,
    log: (line) => lines.push(line),
  });
  const port = Number(new URL(host.origin).port);
  const send: ProbeHost['send'] = (requestLine, headers = [], body = '') =>
    sendRaw(port, rawRequest(requestLine, [...headers], body));
  return {
    host,
    port,
    recorder,
    lines,
    send,
    async describe(requestLine, headers, body) {
      const response = await send(requestLine, headers, body);
      if (response.status !== 200) throw new Error(`${requestLine} got ${response.status}.`);
      return JSON.parse(readChunk(response.body));
    },
  };
}

/** The content of a response body that consists of one chunk. */
export function readChunk(body: string): string {
  return Buffer.from(body.split('\r\n')[1] ?? '', 'latin1').toString();
}
