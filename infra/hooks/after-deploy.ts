/** After `azd deploy`: does it answer, and does it refuse? */
import { readDeployment } from './environment.ts';
import { realClock } from './poll.ts';
import { run, say } from './run.ts';
import { smokeTest } from './smoke-test.ts';

await run(async () => {
  const { ORIGINAL_API_URL, DOWNSTREAM_API_URL, PRIVATE_NETWORK, CLIENT_APP_ORIGIN } =
    readDeployment([
      'ORIGINAL_API_URL',
      'DOWNSTREAM_API_URL',
      'PRIVATE_NETWORK',
      'CLIENT_APP_ORIGIN',
    ]);
  const privateNetwork = PRIVATE_NETWORK === 'true';
  await smokeTest({
    originalUrl: ORIGINAL_API_URL,
    downstreamUrl: DOWNSTREAM_API_URL,
    privateNetwork,
    clock: realClock,
    say,
  });
  say(`Open ${CLIENT_APP_ORIGIN}`);
});
