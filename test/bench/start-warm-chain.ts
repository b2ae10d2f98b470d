import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { startFunctionsHost } from '../../local/functions-host/host.ts';
import type { Issuer } from '../support/issuer.ts';
import type { Mode } from './warm-chain-apis.ts';

/** A running chain. */
export interface WarmChain {
  /** Original API's base URL. */
  readonly url: string;
  /** Returns the CPU time that both APIs have used, in microseconds. */
  readCpuTime(): Promise<number>;
  close(): Promise<void>;
}

/** Starts a chain. */
export type StartWarmChain = (mode: Mode, entra: Issuer) => Promise<WarmChain>;

const appFile = fileURLToPath(new URL('./warm-functions-app.ts', import.meta.url));
const serverFile = fileURLToPath(new URL('./warm-plain-server.ts', import.meta.url));

/**
 * Starts each API in a Functions worker, as the real host runs it. The CPU time of the local
 * Functions host does not count.
 */
export const startInWorkers: StartWarmChain = async (mode, entra) => {
  const env = { PATH: process.env.PATH ?? '', BENCH_MODE: mode, BENCH_AUTHORITY: entra.host.href };
  const options = { port: 0, entry: appFile, log: () => {} };
  const downstream = await startFunctionsHost({ ...options, name: 'downstream-api', env });
  const original = await startFunctionsHost({
    ...options,
    name: 'original-api',
    env: { ...env, BENCH_DOWNSTREAM: `${downstream.origin}/api/downstream` },
  });
  const readOne = async (origin: string) => {
    const response = await fetch(`${origin}/api/used`);
    return Number(await response.text());
  };
  return {
    url: `${original.origin}/api`,
    async readCpuTime() {
      return (await readOne(original.origin)) + (await readOne(downstream.origin));
    },
    async close() {
      await Promise.all([original.close(), downstream.close()]);
    },
  };
};

/** Starts both APIs in one process on node:http. */
export const startOnPlainHttp: StartWarmChain = async (mode, entra) => {
  const child = fork(serverFile, [mode, entra.host.href]);
  const [url] = (await once(child, 'message')) as [string];
  return {
    url,
    async readCpuTime() {
      child.send('used');
      const [microseconds] = (await once(child, 'message')) as [number];
      return microseconds;
    },
    async close() {
      const exit = once(child, 'exit');
      child.disconnect();
      await exit;
    },
  };
};
