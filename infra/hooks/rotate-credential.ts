/** `npm run rotate-credential`: replaces Original API's certificate without an outage. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { type Command, runCommand } from '../../tools/command-line.ts';
import { rotateCredential } from './credential.ts';
import { readCredentialContext } from './credential-context.ts';

const command = {
  usage: ['npm run rotate-credential'],
  description: [
    "Creates a new version of Original API's certificate in the vault, adds it to the registration",
    'and removes the old version. No request fails meanwhile. Uses the selected azd environment.',
  ].join('\n'),
  options: {},
} as const satisfies Command;

await runCommand(command, async () => {
  await loadAzdEnvironment();
  await rotateCredential(readCredentialContext());
});

/**
 * Loads azd's environment. azd passes it to its hooks, but a user starts this command directly.
 * @throws {Error} if azd has no environment
 */
async function loadAzdEnvironment(): Promise<void> {
  if (process.env.AZURE_KEY_VAULT_NAME) return;
  const values = await readAzdEnvironment();
  Object.assign(process.env, values);
}

async function readAzdEnvironment(): Promise<Readonly<Record<string, string>>> {
  let json: string;
  try {
    const args = ['env', 'get-values', '--output', 'json'];
    json = (await promisify(execFile)('azd', args)).stdout;
  } catch {
    throw new Error(
      'azd has no environment in this folder. Run `azd env select`, or `azd up` for a new one.',
    );
  }
  return JSON.parse(json);
}
