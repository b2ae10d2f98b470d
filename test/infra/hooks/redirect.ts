/** Loaded before a hook: Azure's hosts lead to the stand-in (STAND_IN), and waiting takes no time. */
import { createRequire, syncBuiltinESMExports } from 'node:module';

const origin = process.env.STAND_IN ?? '';
const places: Readonly<Record<string, string>> = {
  'management.azure.com': 'management',
  'graph.microsoft.com': 'graph',
  'v.vault.azure.net': 'vault',
};

const { fetch } = globalThis;
globalThis.fetch = (input, init) => {
  const { hostname, pathname, search } = new URL(String(input));
  const place = places[hostname];
  if (!place) throw new Error(`A hook asked ${hostname}.`);
  return fetch(`${origin}/${place}${pathname}${search}`, init);
};

createRequire(import.meta.url)('node:timers/promises').setTimeout = async () => {};
syncBuiltinESMExports();
