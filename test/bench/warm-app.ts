/** One API of a warm chain as a Functions app, for `warm-chain.ts`; `GET /api/used` says what processor time its worker has used, in microseconds. */
import { app } from '@azure/functions';
import { createDownstreamRoute, createOriginalRoute, type Mode } from './warm-apis.ts';

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
