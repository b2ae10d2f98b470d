/** Runs after `azd deploy`: checks that both APIs respond and reject requests without a token. */
import { readDeployment } from './environment.ts';
import { realClock } from './poll.ts';
import { log, runHook } from './run-hook.ts';
import { smokeTest } from './smoke-test.ts';

await runHook(async () => {
  const deployment = readDeployment([
    'ORIGINAL_API_URL',
    'DOWNSTREAM_API_URL',
    'PRIVATE_NETWORK',
    'CLIENT_APP_ORIGIN',
  ]);
  await smokeTest({
    originalUrl: deployment.ORIGINAL_API_URL,
    downstreamUrl: deployment.DOWNSTREAM_API_URL,
    privateNetwork: deployment.PRIVATE_NETWORK === 'true',
    clock: realClock,
    log,
  });
  log(`Open ${deployment.CLIENT_APP_ORIGIN}`);
});
