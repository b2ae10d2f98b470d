import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { loadSettings } from '../../local/doctor/load-settings.ts';
import { createChainChecks } from '../../tools/doctor/chain-checks.ts';
import { runChecks } from '../../tools/doctor/run-checks.ts';
import { findFreePorts } from '../support/free-ports.ts';
import { type Stack, startStack } from '../support/stack.ts';

const program = fileURLToPath(new URL('../../local/doctor.ts', import.meta.url));

/** The position of Downstream API among the processes of a stack. */
const downstreamIndex = 2;

/** Matches the vault's private key, a token, or the value of an identity header. */
const secrets = /PRIVATE KEY|eyJ|[0-9a-f]{64}|[\w-]{43,}/;

let stack: Stack;

beforeAll(async () => {
  stack = await startStack();
}, 120_000);

afterEach(() => stack.resetPolicies());

afterAll(() => stack?.stop());

interface DoctorResult {
  readonly exitCode: number | null;
  /** Standard output and standard error. */
  readonly output: string;
}

/** Runs `npm run doctor` with the ports of the stack. */
function runDoctor(
  args: readonly string[],
  { input = '', env = {} }: { input?: string; env?: Record<string, string> } = {},
): Promise<DoctorResult> {
  const portOf = (url: string) => new URL(url).port;
  const { clientApp, originalApi, downstreamApi, emulators, tables } = stack.urls;
  const child = spawn(process.execPath, [program, ...args], {
    env: {
      ...process.env,
      EMULATOR_DATA_DIR: stack.dataDir,
      EMULATOR_PORT: portOf(emulators),
      ORIGINAL_API_PORT: portOf(originalApi),
      DOWNSTREAM_API_PORT: portOf(downstreamApi),
      CLIENT_APP_PORT: portOf(clientApp),
      TABLE_PORT: portOf(tables),
      ...env,
    },
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (data) => {
      output += data;
    });
  // The doctor may exit before it has read its input.
  child.stdin.on('error', () => {});
  child.stdin.end(input);
  return new Promise((resolve) => child.on('close', (exitCode) => resolve({ exitCode, output })));
}

const checkChain = (env: Record<string, string> = {}) => runDoctor(['--emulators'], { env });

test('finds no problem in a healthy stack and prints no secret', async () => {
  const { exitCode, output } = await checkChain();
  expect(output).toMatch(/No problems found\.$/m);
  expect(output).not.toMatch(/failed|skipped/);
  expect(output.match(/^ {2}ok /gm)).toHaveLength(11);
  expect(output).not.toMatch(secrets);
  expect(exitCode).toBe(0);
}, 30_000);

test.each([
  {
    policy: 'vault-credential',
    value: 'expire',
    firstFailure: /Fix first: credential \(the certificate expired: .* ago\)\./,
  },
  {
    policy: 'vault-credential',
    value: 'disable',
    firstFailure: /Fix first: vault \(the newest version of the credential is disabled\)\./,
  },
  {
    policy: 'fault',
    value: 'vault=503',
    firstFailure: /Fix first: vault \(responded with status 503\)\./,
  },
  {
    policy: 'fault',
    value: 'vault=hang',
    firstFailure: /Fix first: vault \(no response in time\)\./,
  },
  {
    policy: 'fault',
    value: 'keys=500',
    firstFailure: /Fix first: keys \(responded with status 500\)\./,
  },
  {
    policy: 'fault',
    value: 'metadata=garbage',
    firstFailure: /Fix first: metadata \(not a JSON object\)\./,
  },
  {
    policy: 'fault',
    value: 'managed-identity=500',
    firstFailure: /Fix first: identity of Original API \(responded with status 500\)\./,
  },
  {
    policy: 'fault',
    value: 'token=503',
    firstFailure: /Fix first: credential at Entra \(Entra is busy/,
  },
  {
    policy: 'fault',
    value: 'tables=500',
    firstFailure: /Fix first: table store \(responded with status 500\)\./,
  },
])(
  'reports the first failure with the policy $policy $value',
  async ({ policy, value, firstFailure }) => {
    await stack.policy(policy, value);
    const { exitCode, output } = await checkChain();
    expect(output).toMatch(firstFailure);
    expect(output).toMatch(/Fix: \S/);
    expect(output).not.toMatch(secrets);
    expect(exitCode).toBe(1);
  },
  30_000,
);

test('accepts a rotated credential immediately', async () => {
  await stack.policy('vault-credential', 'rotate');
  const { output } = await checkChain();
  expect(output).toMatch(
    /Entra accepts it: it rejected only the assertion of the probe \(AADSTS50013\)/,
  );
}, 30_000);

test('reports that Downstream API is not running', async () => {
  const [freePort] = await findFreePorts(1);
  const { exitCode, output } = await checkChain({ DOWNSTREAM_API_PORT: String(freePort) });
  expect(output).toMatch(/Fix first: Downstream API \(connection refused .*\)\./);
  expect(exitCode).toBe(1);
}, 30_000);

test('reports that Downstream API does not respond', async () => {
  const downstream = stack.pids[downstreamIndex] as number;
  process.kill(downstream, 'SIGSTOP');
  try {
    const { output } = await checkChain();
    expect(output).toMatch(/Fix first: Downstream API \(no response in time\)\./);
  } finally {
    process.kill(downstream, 'SIGCONT');
  }
}, 30_000);

test.each([
  {
    kind: 'key-vault-secret',
    settings: { CLIENT_CREDENTIAL_NAME: 'zero-trust-original-api-secret' },
    phrases: [/ok +credential +the secret is readable, valid until/],
  },
  {
    kind: 'managed-identity',
    settings: {},
    phrases: [/skipped vault +not used/, /ok +credential +secretless/],
  },
])(
  'checks a credential of the kind $kind',
  async ({ kind, settings, phrases }) => {
    const found = await loadSettings({
      environment: { EMULATOR_DATA_DIR: stack.dataDir },
      emulatorsOnly: true,
    });
    if (!found) throw new Error('The settings of the emulators were not found.');
    const checks = createChainChecks({
      ...found,
      original: { ...found.original, CLIENT_CREDENTIAL: kind, ...settings },
    });
    const last = checks.findIndex(({ name }) => name === 'credential at Entra');
    const lines: string[] = [];
    await runChecks(checks.slice(0, last + 1), (line) => lines.push(line));

    const output = lines.join('\n');
    for (const phrase of phrases) expect(output).toMatch(phrase);
    expect(output).toMatch(/ok +credential at Entra +Entra accepts it/);
  },
  30_000,
);

test('explains a token from a pipe, verifies its signature and does not print it', async () => {
  const token = await stack.token('alice', { scope: 'Documents.Read' });
  const { exitCode, output } = await runDoctor(['--emulators'], { input: `${token}\n` });
  expect(output).toMatch(/^Token A: [\s\S]*alice/);
  expect(output).toMatch(/signature valid/);
  expect(output).toMatch(/Original API accepts it\./);
  expect(output).toMatch(/Downstream API rejects it: .* This is correct/);
  expect(output).not.toMatch(/eyJ/);
  for (const segment of token.split('.')) expect(output).not.toContain(segment.slice(0, 12));
  expect(exitCode).toBe(0);
}, 30_000);

describe('the command line', () => {
  test('explains an error code', async () => {
    const { exitCode, output } = await runDoctor(['AADSTS65001']);
    expect(output).toContain('403 consent_required');
    expect(exitCode).toBe(0);
  }, 30_000);

  test('treats several words as one input', async () => {
    const { exitCode, output } = await runDoctor(['Bearer', 'error="invalid_token"']);
    expect(output).toContain('A challenge');
    expect(exitCode).toBe(0);
  }, 30_000);

  test('prints one line with examples for an unknown input', async () => {
    const { exitCode, output } = await runDoctor(['what', 'is', 'this']);
    expect(output.trim().split('\n')).toHaveLength(1);
    expect(output).toMatch(/AADSTS65001/);
    expect(exitCode).toBe(2);
  }, 30_000);

  test('exits with 2 when standard input is empty', async () => {
    const { exitCode } = await runDoctor(['-'], { input: '' });
    expect(exitCode).toBe(2);
  }, 30_000);
});
