/**
 * Loaded into the process of a hook before the hook itself: sends requests for Azure's hosts to the
 * fake at FAKE_AZURE, and makes waiting take no time.
 */
import { createRequire, syncBuiltinESMExports } from 'node:module';

const origin = process.env.FAKE_AZURE ?? '';
const apis: Readonly<Record<string, string>> = {
  'management.azure.com': 'management',
  'graph.microsoft.com': 'graph',
  'v.vault.azure.net': 'vault',
};

const { fetch } = globalThis;
globalThis.fetch = (input, init) => {
  const { hostname, pathname, search } = new URL(String(input));
  const api = apis[hostname];
  if (!api) throw new Error(`A hook sent a request to the unexpected host ${hostname}.`);
  return fetch(`${origin}/${api}${pathname}${search}`, init);
};

createRequire(import.meta.url)('node:timers/promises').setTimeout = async () => {};
syncBuiltinESMExports();
