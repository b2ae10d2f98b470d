/**
 * Runs after `azd provision`: makes sure that Original API's certificate is in the vault and on its
 * registration. In the secretless mode, removes the certificate from the registration.
 */
import { ensureCredential, removeCredential } from './credential.ts';
import { readCredentialContext } from './credential-context.ts';
import { readDeployment } from './environment.ts';
import { runHook } from './run-hook.ts';

await runHook(async () => {
  const { CLIENT_CREDENTIAL } = readDeployment(['CLIENT_CREDENTIAL']);
  const context = readCredentialContext();
  if (CLIENT_CREDENTIAL === 'managed-identity') await removeCredential(context);
  else await ensureCredential(context);
});
