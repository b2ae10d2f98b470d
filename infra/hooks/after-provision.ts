/** After `azd provision`: Original API's certificate, in the vault and on its registration; or, secretless, on neither. */
import { ensureCredential, forgetCredential } from './credential.ts';
import { readDeployment } from './environment.ts';
import { credentialWork, run } from './run.ts';

await run(async () => {
  const { CLIENT_CREDENTIAL } = readDeployment(['CLIENT_CREDENTIAL']);
  await (CLIENT_CREDENTIAL === 'managed-identity' ? forgetCredential : ensureCredential)(
    credentialWork(),
  );
});
