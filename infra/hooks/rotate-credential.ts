/** `npm run rotate-credential`: a new certificate for Original API, without an outage. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { rotateCredential } from './credential.ts';
import { credentialWork, run } from './run.ts';

/** Run by hand, there is no azd that passes its environment on. */
async function loadEnvironment(): Promise<void> {
  if (process.env.AZURE_KEY_VAULT_NAME) return;
  const { stdout } = await promisify(execFile)('azd', [
    'env',
    'get-values',
    '--output',
    'json',
  ]).catch(() => {
    throw new Error('azd has no environment here. Run `azd env select`, or `azd up` first.');
  });
  Object.assign(process.env, JSON.parse(stdout));
}

await run(async () => {
  await loadEnvironment();
  await rotateCredential(credentialWork());
});
