import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { cpSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseSnapshot, type Snapshot, type Snapshots } from './snapshot.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** A folder next to the repository with the CLI and the Graph types, for offline machines. */
const tools = join(root, '..', 'shared', 'tools');
const graphTypes = join(tools, 'microsoftgraph-v1.0-1.0.0.tgz');

/** The Bicep CLI on the PATH or in the tools folder. `undefined` if neither works. */
export const bicepCli = ['bicep', join(tools, 'bicep')].find(
  (file) => spawnSync(file, ['--version'], { stdio: 'ignore' }).status === 0,
);

/** Runs the Bicep CLI and returns its exit code, and its stdout followed by its stderr. */
export function runBicep(
  args: readonly string[],
  cwd: string,
): { readonly status: number | null; readonly output: string } {
  const { status, stdout, stderr } = spawnSync(bicepCli ?? 'bicep', [...args], {
    cwd,
    encoding: 'utf8',
    maxBuffer: 16 * 1024 * 1024,
  });
  return { status, output: stdout + stderr };
}

/** One change in the text of a Bicep file. */
export interface Mutation {
  /** The path of the file below infra/. */
  readonly file: string;
  /** The change applies to the text after this one. Default: the whole file. */
  readonly after?: string;
  /** The text to replace. White space and commas may differ from the file. */
  readonly from: string;
  /** The new text. */
  readonly to: string;
}

/**
 * Copies infra/ and the parameter sets to a temporary folder. If the tools folder has the Graph
 * types, the copy reads them from there instead of the public registry.
 * @param mutation A change to make in the copy.
 * @throws {Error} if the text to change does not occur exactly once
 */
export async function copyInfra(mutation?: Mutation): Promise<{ folder: string; remove(): void }> {
  const folder = await mkdtemp(join(tmpdir(), 'infra-'));
  cpSync(join(root, 'infra'), join(folder, 'infra'), { recursive: true });
  cpSync(join(root, 'test', 'infra', 'parameters'), join(folder, 'test', 'infra', 'parameters'), {
    recursive: true,
  });
  const config = join(folder, 'infra', 'bicepconfig.json');
  if (existsSync(graphTypes)) {
    cpSync(graphTypes, join(folder, 'graph.tgz'));
    writeFileSync(config, readFileSync(config, 'utf8').replace(/br:mcr[^"]*/, '../graph.tgz'));
  }
  if (mutation) {
    const path = join(folder, 'infra', mutation.file);
    writeFileSync(path, mutate(readFileSync(path, 'utf8'), mutation));
  }
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

/**
 * Applies a change to the text of a file.
 * @throws {Error} if a text to find does not occur exactly once
 */
export function mutate(source: string, { file, after = '', from, to }: Mutation): string {
  const start = after === '' ? 0 : findOnce(source, after, file).end;
  const place = findOnce(source.slice(start), from, file);
  return source.slice(0, start + place.start) + to + source.slice(start + place.end);
}

/**
 * Finds a text regardless of white space and commas, because `bicep format` moves a long list to
 * several lines and drops its commas.
 */
function findOnce(
  source: string,
  text: string,
  file: string,
): { readonly start: number; readonly end: number } {
  const characters = [...text.replace(/[\s,]/g, '')].map((character) =>
    character.replace(/[^\w]/, '\\$&'),
  );
  const [match, ...others] = source.matchAll(new RegExp(characters.join('[\\s,]*'), 'g'));
  if (!match || others.length > 0)
    throw new Error(
      `${file} must contain "${text}" once, not ${match ? others.length + 1 : 0} times`,
    );
  return { start: match.index, end: match.index + match[0].length };
}

/** A running Bicep CLI. */
export interface Bicep {
  /** Predicts the deployment of each parameter set in a copy of infra/. */
  snapshots(folder: string): Promise<Snapshots>;
  /** Stops the process. */
  close(): Promise<void>;
}

/**
 * Starts `bicep jsonrpc`, which handles many requests in one process. A snapshot takes a tenth of
 * the time of `bicep snapshot`, which starts a process for each.
 */
export function openBicep(): Bicep {
  const child = spawn(bicepCli ?? 'bicep', ['jsonrpc', '--stdio'], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const pending = new Map<number, PendingCall>();
  readMessages(child, ({ id, result, error }) => {
    const pendingCall = pending.get(id);
    pending.delete(id);
    if (error) pendingCall?.reject(new Error(error.message));
    else pendingCall?.resolve(result);
  });
  child.on('exit', () => {
    for (const { reject } of pending.values()) reject(new Error('The Bicep CLI has exited.'));
  });

  let lastId = 0;
  function call(method: string, params: unknown): Promise<unknown> {
    lastId += 1;
    const id = lastId;
    const body = JSON.stringify({ jsonrpc: '2.0', id, method, params });
    child.stdin.write(`Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
    return new Promise((resolve, reject) => pending.set(id, { resolve, reject }));
  }

  async function readSnapshot(folder: string, set: string): Promise<Snapshot> {
    const { snapshot } = (await call('bicep/getSnapshot', {
      path: join(folder, 'test', 'infra', 'parameters', `${set}.bicepparam`),
      metadata: {
        tenantId: 'home-tenant',
        subscriptionId: '00000000-0000-4000-8000-0000000000aa',
        location: 'westeurope',
      },
      externalInputs: null,
    })) as { snapshot: string };
    return parseSnapshot(snapshot);
  }

  return {
    async snapshots(folder) {
      const [development, production, unregistered] = await Promise.all([
        readSnapshot(folder, 'development'),
        readSnapshot(folder, 'production'),
        readSnapshot(folder, 'unregistered'),
      ]);
      return { development, production, unregistered };
    },
    close() {
      const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
      child.kill();
      return exited;
    },
  };
}

/** Predicts the deployment of each parameter set from the unchanged source. */
export async function readSnapshots(): Promise<Snapshots> {
  const bicep = openBicep();
  const { folder, remove } = await copyInfra();
  try {
    return await bicep.snapshots(folder);
  } finally {
    remove();
    await bicep.close();
  }
}

interface PendingCall {
  resolve(result: unknown): void;
  reject(error: Error): void;
}

/** A JSON-RPC response. */
interface Message {
  readonly id: number;
  readonly result?: unknown;
  readonly error?: { readonly message: string };
}

const headerEnd = '\r\n\r\n';

/** Parses the messages on the stdout of a JSON-RPC process, each after a Content-Length header. */
function readMessages(child: ChildProcess, onMessage: (message: Message) => void): void {
  let buffer = Buffer.alloc(0);
  child.stdout?.on('data', (data: Buffer) => {
    buffer = Buffer.concat([buffer, data]);
    for (;;) {
      const headerLength = buffer.indexOf(headerEnd);
      if (headerLength < 0) return;
      const header = buffer.subarray(0, headerLength).toString();
      const bodyLength = Number(/Content-Length: (\d+)/i.exec(header)?.[1]);
      const start = headerLength + headerEnd.length;
      const end = start + bodyLength;
      if (buffer.length < end) return;
      onMessage(JSON.parse(buffer.subarray(start, end).toString()) as Message);
      buffer = buffer.subarray(end);
    }
  });
}
