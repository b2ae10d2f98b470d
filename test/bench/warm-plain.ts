/** Both APIs of a warm chain in one process on plain node:http, for `warm-chain.ts`; says its URL, and its processor time when it is asked. */
import { serveApi } from '../support/serve-api.ts';
import { createDownstreamRoute, createOriginalRoute, type Mode } from './warm-apis.ts';

const [mode, authority = ''] = process.argv.slice(2) as [Mode, string];
const downstream = await serveApi([createDownstreamRoute(mode, new URL(authority))]);
const original = await serveApi([
  createOriginalRoute(mode, new URL(authority), new URL(`${downstream.url.href}/downstream`)),
]);

process.on('message', () => {
  const { user, system } = process.cpuUsage();
  process.send?.(user + system);
});
process.on('disconnect', () => process.exit(0));
process.send?.(original.url.href);
