import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { startFunctionsHost } from '../../local/functions-host/host.ts';
import type { Issuer } from '../support/issuer.ts';
import type { Mode } from './warm-apis.ts';

/** A chain that runs: where Original is, and the processor time that both APIs have used, in microseconds. */
export interface Running {
  readonly url: string;
  used(): Promise<number>;
  close(): Promise<unknown>;
}

/** Each API in a worker behind the emulators's functions host, as the real host runs it; the host's own time does not count. */
export async function startWorkers(mode: Mode, entra: Issuer): Promise<Running> {
  const entry = fileURLToPath(new URL('./warm-app.ts', import.meta.url));
  const env = { PATH: process.env.PATH ?? '', BENCH_MODE: mode, BENCH_AUTHORITY: entra.host.href };
  const log = () => {};
  const downstream = await startFunctionsHost({ name: 'downstream-api', port: 0, entry, env, log });
  const url = `${downstream.origin}/api/downstream`;
  const original = await startFunctionsHost({
    name: 'original-api',
    port: 0,
    entry,
    env: { ...env, BENCH_DOWNSTREAM: url },
    log,
  });
  const hosts = [original, downstream];
  return {
    url: `${original.origin}/api`,
    used: async () => {
      const used = await Promise.all(
        hosts.map(async ({ origin }) => Number(await (await fetch(`${origin}/api/used`)).text())),
      );
      return used.reduce((sum, one) => sum + one, 0);
    },
    close: () => Promise.all(hosts.map((host) => host.close())),
  };
}

export async function startPlain(mode: Mode, entra: Issuer): Promise<Running> {
  const child = fork(fileURLToPath(new URL('./warm-plain.ts', import.meta.url)), [
    mode,
    entra.host.href,
  ]);
  const [url] = (await once(child, 'message')) as [string];
  return {
    url,
    used: async () => {
      child.send('used');
      return ((await once(child, 'message')) as [number])[0];
    },
    close: () => {
      child.disconnect();
      return once(child, 'exit');
    },
  };
}
