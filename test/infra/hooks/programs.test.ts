import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from '@jest/globals';
import { startAzureStandIn } from './azure-stand-in.ts';

const hooks = fileURLToPath(new URL('../../../infra/hooks/', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'azd-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

// An azd that nobody has signed in to, and that has no environment.
writeFileSync(join(folder, 'azd'), '#!/bin/sh\necho "ERROR: not logged in" >&2\nexit 1\n', {
  mode: 0o755,
});

/** Runs a hook as azd does, with that environment and no other. */
function runHook(
  name: string,
  environment: Readonly<Record<string, string>> = {},
  ...before: readonly string[]
): Promise<{ readonly code: number; readonly output: string }> {
  const env = { PATH: `${folder}${delimiter}${process.env.PATH ?? ''}`, ...environment };
  return new Promise((resolve) => {
    execFile(process.execPath, [...before, join(hooks, name)], { env }, (error, stdout, stderr) =>
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
  expect({ code, output }).toEqual({
    code: 1,
    output: expect.stringContaining('has no CLIENT_CREDENTIAL. Run `azd provision` first'),
  });
});

test('the secretless mode needs no certificate', async () => {
  const { code, output } = await runHook('after-provision.ts', {
    ...deployment,
    CLIENT_CREDENTIAL: 'managed-identity',
  });
  expect({ code, output }).toEqual({
    code: 0,
    output: expect.stringContaining('there is no certificate to make'),
  });
});

test.each(['after-provision.ts', 'before-deploy.ts', 'rotate-credential.ts'])(
  '%s names the sign-in as the fix where nobody is signed in',
  async (name) => {
    const { code, output } = await runHook(name, deployment);
    expect({ code, output }).toEqual({
      code: 1,
      output: expect.stringContaining('Run `azd auth login`'),
    });
    expect(output).not.toContain('    at ');
  },
);

test('rotation by hand without an environment says how to choose one', async () => {
  const { code, output } = await runHook('rotate-credential.ts');
  expect({ code, output }).toEqual({
    code: 1,
    output: expect.stringContaining('Run `azd env select`'),
  });
});

describe('where somebody is signed in, and Azure is the stand-in', () => {
  const redirect = fileURLToPath(new URL('redirect.ts', import.meta.url));
  const signedIn = join(folder, 'signed-in');

  /** Runs hooks one after another against one Azure, and gives what that Azure was asked to change, what it holds, and what the hooks said. */
  async function runAll(...steps: readonly (readonly [hook: string, clientCredential?: string])[]) {
    const { origin, token, state, close } = await startAzureStandIn();
    mkdirSync(signedIn, { recursive: true });
    writeFileSync(join(signedIn, 'azd'), `#!/bin/sh\necho '{"token":"${token}"}'\n`, {
      mode: 0o755,
    });
    const PATH = `${signedIn}${delimiter}${process.env.PATH ?? ''}`;
    try {
      const said: string[] = [];
      for (const [name, CLIENT_CREDENTIAL = 'key-vault-certificate'] of steps) {
        const there = { AZURE_KEY_VAULT_ENDPOINT: 'https://v.vault.azure.net/', STAND_IN: origin };
        const { code, output } = await runHook(
          name,
          { ...deployment, ...there, CLIENT_CREDENTIAL, PATH },
          '--import',
          redirect,
        );
        expect({ name, code, output }).toMatchObject({ name, code: 0 });
        expect(output).not.toContain(token);
        said.push(output);
      }
      const changes = state.requests
        .filter((request) => /^(POST|PATCH)/.test(request))
        .map((request) => request.replace(/[?(].*/, ''));
      return { changes, state, said };
    } finally {
      close();
    }
  }

  test('after-provision.ts, twice, makes one certificate, tells Entra once, keeps no role, and says so', async () => {
    const { changes, state, said } = await runAll(['after-provision.ts'], ['after-provision.ts']);
    expect(changes).toEqual([
      'POST /vault/certificates/zero-trust-original-api/create',
      'PATCH /graph/v1.0/applications',
    ]);
    expect(state.keyCredentials).toHaveLength(1);
    expect([...state.roles]).toEqual([]);
    expect(said[0]).toContain('is now on Original');
    expect(said[1]).toContain('knows it already');
  });

  test('rotate-credential.ts, twice, leaves the newest version alone on the registration', async () => {
    const { state, said } = await runAll(
      ['after-provision.ts'],
      ['rotate-credential.ts'],
      ['rotate-credential.ts'],
    );
    expect(state.keyCredentials.map(({ displayName }) => displayName)).toEqual([
      'v/zero-trust-original-api v3',
    ]);
    expect([...state.roles]).toEqual([]);
    expect(said[2]).toContain('Removed 1 older version');
  });

  test('after-provision.ts, once the mode is secretless, takes the certificate off, and the second time finds none', async () => {
    const secretless = ['after-provision.ts', 'managed-identity'] as const;
    const { changes, state, said } = await runAll(['after-provision.ts'], secretless, secretless);
    expect(changes.slice(2)).toEqual(['PATCH /graph/v1.0/applications']);
    expect(state.keyCredentials).toEqual([]);
    expect(said[1]).toContain('Removed 1 certificate(s)');
    expect(said[2]).not.toContain('Removed');
  });

  test('an Azure that does not answer is named, with the network’s own reason and what to look at', async () => {
    await runAll();
    const { origin, close } = await startAzureStandIn();
    close();
    const environment = {
      ...deployment,
      STAND_IN: origin,
      PATH: `${signedIn}${delimiter}${process.env.PATH ?? ''}`,
    };
    const { code, output } = await runHook('after-provision.ts', environment, '--import', redirect);
    expect(code).toBe(1);
    expect(output).toMatch(
      /^management\.azure\.com cannot be reached: .*ECONNREFUSED.*\nSee that it resolves/m,
    );
    expect(output).not.toContain('    at ');
  });

  test('before-deploy.ts, twice, reads the roles and changes nothing', async () => {
    const { changes, state } = await runAll(['before-deploy.ts'], ['before-deploy.ts']);
    expect(changes).toEqual([]);
    expect(state.requests).toHaveLength(2);
  });
});
