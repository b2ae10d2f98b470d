import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type FakeAzureState, startFakeAzure } from './fake-azure.ts';

const hooks = fileURLToPath(new URL('../../../infra/hooks/', import.meta.url));
const useFakeAzure = fileURLToPath(new URL('use-fake-azure.ts', import.meta.url));

const deployment = {
  CLIENT_CREDENTIAL: 'key-vault-certificate',
  AZURE_SUBSCRIPTION_ID: 's',
  AZURE_RESOURCE_GROUP: 'g',
  AZURE_KEY_VAULT_NAME: 'v',
  AZURE_KEY_VAULT_ENDPOINT: 'https://v.vault.azure.net/',
  CLIENT_CREDENTIAL_NAME: 'zero-trust-original-api',
  ORIGINAL_API_CLIENT_ID: 'o',
};

/** A line of a stack trace, which an error message for a user must not contain. */
const stackLine = '    at ';

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'azd-'));
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Creates an azd that runs a shell script. Returns the PATH to find it. */
function createAzd(name: string, script: string): string {
  const binaries = join(folder, name);
  mkdirSync(binaries, { recursive: true });
  writeFileSync(join(binaries, 'azd'), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  return `${binaries}${delimiter}${process.env.PATH ?? ''}`;
}

/** An azd without a sign-in and without an environment. */
const createSignedOutAzd = () => createAzd('signed-out', 'echo "ERROR: not logged in" >&2\nexit 1');

/** An azd that returns an access token. */
const createSignedInAzd = (token: string) => createAzd('signed-in', `echo '{"token":"${token}"}'`);

interface HookRun {
  /** The environment of the process. The process has no other variables. */
  readonly environment?: Readonly<Record<string, string>>;
  /** The options of Node.js. */
  readonly nodeOptions?: readonly string[];
  /** The arguments of the hook. */
  readonly args?: readonly string[];
}

interface HookResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a hook in its own process, as azd does. */
function runHook(name: string, run: HookRun = {}): Promise<HookResult> {
  const { environment = {}, nodeOptions = [], args = [] } = run;
  const env = { PATH: createSignedOutAzd(), ...environment };
  const nodeArgs = [
    // Node 22 warns about type stripping on stderr.
    '--disable-warning=ExperimentalWarning',
    ...nodeOptions,
    join(hooks, name),
    ...args,
  ];
  return new Promise((resolve) => {
    execFile(process.execPath, nodeArgs, { env }, (error, stdout, stderr) => {
      resolve({ code: Number(error?.code ?? 0), stdout, stderr });
    });
  });
}

test('a hook fails before the first provisioning and names the fix', async () => {
  const { code, stderr } = await runHook('after-provision.ts');
  expect(code).toBe(1);
  expect(stderr).toContain('has no CLIENT_CREDENTIAL. Run `azd provision` first');
});

test('the secretless mode needs no certificate', async () => {
  const { code, stdout } = await runHook('after-provision.ts', {
    environment: { ...deployment, CLIENT_CREDENTIAL: 'managed-identity' },
  });
  expect(code).toBe(0);
  expect(stdout).toContain('It needs no certificate.');
});

test.each(['after-provision.ts', 'before-deploy.ts', 'rotate-credential.ts'])(
  '%s fails without a sign-in and names the fix',
  async (name) => {
    const { code, stderr } = await runHook(name, { environment: deployment });
    expect(code).toBe(1);
    expect(stderr).toContain('Run `azd auth login`');
    expect(stderr).not.toContain(stackLine);
  },
);

describe('rotate-credential.ts', () => {
  test('fails without an azd environment and names the fix', async () => {
    const { code, stderr } = await runHook('rotate-credential.ts');
    expect(code).toBe(1);
    expect(stderr).toContain('Run `azd env select`');
  });

  test.each(['--help', '-h'])('%s prints the usage on stdout', async (option) => {
    const { code, stdout, stderr } = await runHook('rotate-credential.ts', { args: [option] });
    expect(code).toBe(0);
    expect(stdout).toMatch(/^Usage: npm run rotate-credential\n/);
    expect(stderr).toBe('');
  });

  test.each(['--force', 'now'])(
    'the wrong argument %s prints one line and the usage on stderr with exit code 2',
    async (argument) => {
      const { code, stdout, stderr } = await runHook('rotate-credential.ts', {
        args: [argument],
      });
      expect(code).toBe(2);
      expect(stdout).toBe('');
      expect(stderr).toMatch(new RegExp(`^.*${argument}.*\nUsage: npm run rotate-credential\n$`));
    },
  );
});

describe('with a sign-in and a fake Azure', () => {
  /** One run of a hook. */
  interface Step {
    readonly hook: string;
    /** Default: `key-vault-certificate`. */
    readonly clientCredential?: string;
  }

  interface StepsResult {
    /** The POST and PATCH requests of all runs, without query and arguments. */
    readonly changes: readonly string[];
    /** The state of Azure after the last run. */
    readonly state: FakeAzureState;
    /** The stdout of each run. */
    readonly outputs: readonly string[];
  }

  /** Runs hooks one after another against the same fake Azure. Each of them must succeed. */
  async function runSteps(steps: readonly Step[]): Promise<StepsResult> {
    const { origin, token, state, close } = await startFakeAzure();
    const PATH = createSignedInAzd(token);
    const outputs: string[] = [];
    try {
      for (const { hook, clientCredential = 'key-vault-certificate' } of steps) {
        const { code, stdout, stderr } = await runHook(hook, {
          environment: {
            ...deployment,
            CLIENT_CREDENTIAL: clientCredential,
            FAKE_AZURE: origin,
            PATH,
          },
          nodeOptions: ['--import', useFakeAzure],
        });
        expect(stderr).toBe('');
        expect(code).toBe(0);
        expect(stdout).not.toContain(token);
        outputs.push(stdout);
      }
    } finally {
      close();
    }
    const changes = state.requests
      .filter((request) => /^(POST|PATCH)/.test(request))
      .map((request) => request.replace(/[?(].*/, ''));
    return { changes, state, outputs };
  }

  const afterProvision = { hook: 'after-provision.ts' };
  const afterSecretlessProvision = { ...afterProvision, clientCredential: 'managed-identity' };
  const beforeDeploy = { hook: 'before-deploy.ts' };
  const rotate = { hook: 'rotate-credential.ts' };

  test('after-provision.ts creates one certificate in two runs', async () => {
    const { changes, state, outputs } = await runSteps([afterProvision, afterProvision]);
    expect(changes).toEqual([
      'POST /vault/certificates/zero-trust-original-api/create',
      'PATCH /graph/v1.0/applications',
    ]);
    expect(state.keyCredentials).toHaveLength(1);
    expect([...state.roles]).toEqual([]);
    expect(outputs[0]).toContain("Added the certificate to Original API's registration.");
    expect(outputs[1]).toContain("Original API's registration already has the certificate.");
  });

  test('rotate-credential.ts leaves only the newest version on the registration', async () => {
    const { state, outputs } = await runSteps([afterProvision, rotate, rotate]);
    expect(state.keyCredentials.map(({ displayName }) => displayName)).toEqual([
      'v/zero-trust-original-api v3',
    ]);
    expect([...state.roles]).toEqual([]);
    expect(outputs[2]).toContain('Removed 1 older version');
  });

  test('after-provision.ts removes the certificate once after a switch to secretless', async () => {
    const { changes, state, outputs } = await runSteps([
      afterProvision,
      afterSecretlessProvision,
      afterSecretlessProvision,
    ]);
    expect(changes.slice(2)).toEqual(['PATCH /graph/v1.0/applications']);
    expect(state.keyCredentials).toEqual([]);
    expect(outputs[1]).toContain('Removed 1 certificate(s)');
    expect(outputs[2]).not.toContain('Removed');
  });

  test('before-deploy.ts only reads the role assignments', async () => {
    const { changes, state } = await runSteps([beforeDeploy, beforeDeploy]);
    expect(changes).toEqual([]);
    expect(state.requests).toHaveLength(2);
  });

  test('an unreachable Azure is an error with the host, the reason and what to check', async () => {
    const { origin, token, close } = await startFakeAzure();
    close();
    const { code, stderr } = await runHook('after-provision.ts', {
      environment: { ...deployment, FAKE_AZURE: origin, PATH: createSignedInAzd(token) },
      nodeOptions: ['--import', useFakeAzure],
    });
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /^management\.azure\.com cannot be reached: .*ECONNREFUSED.*\nCheck that this machine can/m,
    );
    expect(stderr).not.toContain(stackLine);
  });
});
