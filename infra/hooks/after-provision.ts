/** After `azd provision`: Original API's certificate, in the vault and on its registration. */
import { ensureCredential } from './credential.ts';
import { readDeployment } from './environment.ts';
import { credentialWork, run, say } from './run.ts';

await run(async () => {
  const { CLIENT_CREDENTIAL } = readDeployment(['CLIENT_CREDENTIAL']);
  if (CLIENT_CREDENTIAL === 'managed-identity') say('Original API proves itself by its managed identity: there is no certificate to make.');
  else await ensureCredential(credentialWork());
});
