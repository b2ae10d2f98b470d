/**
 * One API of a warm chain as a Functions app, for start-warm-chain.ts. `GET /api/used` returns the
 * CPU time of its worker in microseconds.
 */
import { app } from '@azure/functions';
import { createDownstreamRoute, createOriginalRoute, type Mode } from './warm-chain-apis.ts';

const { BENCH_MODE, BENCH_AUTHORITY = '', BENCH_DOWNSTREAM } = process.env;
const mode: Mode = BENCH_MODE === 'open' ? 'open' : 'auth';
const authority = new URL(BENCH_AUTHORITY);

app.http(
  'documents',
  BENCH_DOWNSTREAM
    ? createOriginalRoute(mode, authority, new URL(BENCH_DOWNSTREAM))
    : createDownstreamRoute(mode, authority),
);
app.http('used', {
  route: 'used',
  methods: ['GET'],
  handler: async () => {
    const { user, system } = process.cpuUsage();
    return { body: String(user + system) };
  },
});
