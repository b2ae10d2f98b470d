import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { cpSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseSnapshot, type Snapshots, sets } from './snapshot.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const tools = join(root, '..', 'shared', 'tools');
const graphTypes = join(tools, 'microsoftgraph-v1.0-1.0.0.tgz');

/** The Bicep CLI: the one on the PATH, or the one that the tools beside the repository restore; `undefined` where there is neither. */
export const bicepCli = [['bicep'], [join(tools, 'bicep')]]
  .map(([file = '']) => file)
  .find((file) => spawnSync(file, ['--version'], { stdio: 'ignore' }).status === 0);

/** Runs the CLI once. */
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

/** One textual change of a Bicep file under infra/. */
export interface Mutation {
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

/**
 * A copy of infra/ and of the parameter sets in a folder of its own, whose Graph extension is read from a file where there is one (the public
 * registry is used otherwise), with one change made in it.
 * @throws Error when the text to change is not there exactly once
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
    const parts = readFileSync(path, 'utf8').split(mutation.from);
    if (parts.length !== 2)
      throw new Error(`"${mutation.from}" is ${parts.length - 1} times in ${mutation.file}`);
    writeFileSync(path, parts.join(mutation.to));
  }
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

/** One CLI process that answers many requests (`bicep jsonrpc`): a snapshot takes a tenth of what a process of its own takes. */
export function openBicep(): {
  snapshots(folder: string): Promise<Snapshots>;
  close(): Promise<void>;
} {
  const child = spawn(bicepCli ?? 'bicep', ['jsonrpc', '--stdio'], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const waiting = new Map<number, { resolve(result: unknown): void; reject(error: Error): void }>();
  readMessages(child, ({ id, result, error }) => {
    const waiter = waiting.get(id);
    waiting.delete(id);
    if (error) waiter?.reject(new Error(error.message));
    else waiter?.resolve(result);
  });
  child.on('exit', () => {
    for (const { reject } of waiting.values()) reject(new Error('the Bicep CLI has ended'));
  });
  let last = 0;
  function call(method: string, params: unknown): Promise<unknown> {
    const id = ++last;
    const body = JSON.stringify({ jsonrpc: '2.0', id, method, params });
    child.stdin.write(`Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
    return new Promise((resolve, reject) => waiting.set(id, { resolve, reject }));
  }
  return {
    async snapshots(folder) {
      const one = async (set: string) => {
        const path = join(folder, 'test', 'infra', 'parameters', `${set}.bicepparam`);
        const metadata = {
          tenantId: 'home-tenant',
          subscriptionId: '00000000-0000-4000-8000-0000000000aa',
          location: 'westeurope',
        };
        const { snapshot } = (await call('bicep/getSnapshot', {
          path,
          metadata,
          externalInputs: null,
        })) as { snapshot: string };
        return [set, parseSnapshot(snapshot)] as const;
      };
      return Object.fromEntries(await Promise.all(sets.map(one))) as unknown as Snapshots;
    },
    close() {
      const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
      child.kill();
      return ended;
    },
  };
}

/** What the source as it stands would deploy by each parameter set. */
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

interface Message {
  readonly id: number;
  readonly result?: unknown;
  readonly error?: { readonly message: string };
}

function readMessages(child: ChildProcess, take: (message: Message) => void): void {
  let bytes = Buffer.alloc(0);
  child.stdout?.on('data', (data: Buffer) => {
    bytes = Buffer.concat([bytes, data]);
    for (;;) {
      const start = bytes.indexOf('\r\n\r\n') + 4;
      const length = Number(
        /Content-Length: (\d+)/i.exec(bytes.subarray(0, Math.max(start, 0)).toString())?.[1],
      );
      if (start < 4 || bytes.length < start + length) return;
      take(JSON.parse(bytes.subarray(start, start + length).toString()) as Message);
      bytes = bytes.subarray(start + length);
    }
  });
}
