import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from '@jest/globals';

const hooks = fileURLToPath(new URL('../../../infra/hooks/', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'azd-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

// An azd that nobody has signed in to, and that has no environment.
writeFileSync(join(folder, 'azd'), '#!/bin/sh\necho "ERROR: not logged in" >&2\nexit 1\n', { mode: 0o755 });

/** Runs a hook as azd does, with that environment and no other. */
function runHook(
  name: string,
  environment: Readonly<Record<string, string>> = {},
): Promise<{ readonly code: number; readonly output: string }> {
  const env = { ...environment, PATH: `${folder}${delimiter}${process.env.PATH ?? ''}` };
  return new Promise((resolve) => {
    execFile(process.execPath, [join(hooks, name)], { env }, (error, stdout, stderr) =>
      resolve({ code: Number(error?.code ?? 0), output: stdout + stderr }),
    );
  });
}

const deployment = {
  CLIENT_CREDENTIAL: 'key-vault-certificate',
  AZURE_SUBSCRIPTION_ID: 's',
  AZURE_RESOURCE_GROUP: 'g',
  AZURE_KEY_VAULT_NAME: 'v',
  AZURE_KEY_VAULT_ENDPOINT: 'https://v.invalid/',
  CLIENT_CREDENTIAL_NAME: 'zero-trust-original-api',
  ORIGINAL_API_CLIENT_ID: 'o',
};

test('a hook that runs before anything was provisioned stops azd and says what to do', async () => {
  const { code, output } = await runHook('after-provision.ts');
  expect({ code, output }).toEqual({ code: 1, output: expect.stringContaining('has no CLIENT_CREDENTIAL. Run `azd provision` first') });
});

test('the secretless mode needs no certificate', async () => {
  const { code, output } = await runHook('after-provision.ts', { ...deployment, CLIENT_CREDENTIAL: 'managed-identity' });
  expect({ code, output }).toEqual({ code: 0, output: expect.stringContaining('there is no certificate to make') });
});

test.each(['after-provision.ts', 'before-deploy.ts', 'rotate-credential.ts'])(
  '%s names the sign-in as the fix where nobody is signed in',
  async (name) => {
    const { code, output } = await runHook(name, deployment);
    expect({ code, output }).toEqual({ code: 1, output: expect.stringContaining('Run `azd auth login`') });
    expect(output).not.toContain('    at ');
  },
);

test('rotation by hand without an environment says how to choose one', async () => {
  const { code, output } = await runHook('rotate-credential.ts');
  expect({ code, output }).toEqual({ code: 1, output: expect.stringContaining('Run `azd env select`') });
});
