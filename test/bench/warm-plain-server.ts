/**
 * Both APIs of a warm chain in one process on node:http, for start-warm-chain.ts. The first message
 * to the parent process is Original API's URL. Every message from the parent is answered with the
 * CPU time of this process in microseconds.
 *
 * Arguments: the mode of the chain, and the authority host.
 */
import { serveApi } from '../support/serve-api.ts';
import { createDownstreamRoute, createOriginalRoute, type Mode } from './warm-chain-apis.ts';

const [mode, authority = ''] = process.argv.slice(2) as [Mode, string];
const authorityHost = new URL(authority);
const downstream = await serveApi([createDownstreamRoute(mode, authorityHost)]);
const downstreamUrl = new URL(`${downstream.url.href}/downstream`);
const original = await serveApi([createOriginalRoute(mode, authorityHost, downstreamUrl)]);

process.on('message', () => {
  const { user, system } = process.cpuUsage();
  process.send?.(user + system);
});
process.on('disconnect', () => process.exit(0));
process.send?.(original.url.href);
