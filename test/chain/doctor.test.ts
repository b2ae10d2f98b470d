import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { runChecks } from '../../tools/doctor/check-up.ts';
import { findSettings } from '../../local/doctor/find-settings.ts';
import { listChecks } from '../../tools/doctor/list-checks.ts';
import { findFreePorts } from '../support/free-ports.ts';
import { type Stack, startStack } from '../support/stack.ts';

const program = fileURLToPath(new URL('../../local/doctor.ts', import.meta.url));
let stack: Stack;

beforeAll(async () => {
  stack = await startStack();
}, 120_000);
afterEach(() => stack.resetPolicies());
afterAll(() => stack?.stop());

/** `npm run doctor` as a person runs it beside this stack. */
function doctor(
  args: readonly string[],
  { input = '', env = {} }: { input?: string; env?: Record<string, string> } = {},
) {
  const port = (url: string) => new URL(url).port;
  const { clientApp, originalApi, downstreamApi, emulators, tables } = stack.urls;
  const ports = {
    EMULATOR_PORT: port(emulators),
    ORIGINAL_API_PORT: port(originalApi),
    DOWNSTREAM_API_PORT: port(downstreamApi),
    CLIENT_APP_PORT: port(clientApp),
    TABLE_PORT: port(tables),
  };
  const child = spawn(process.execPath, [program, ...args], {
    env: { ...process.env, EMULATOR_DATA_DIR: stack.dataDir, ...ports, ...env },
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (data) => {
      output += data;
    });
  child.stdin.on('error', () => {});
  child.stdin.end(input);
  return new Promise<{ code: number | null; output: string }>((resolve) =>
    child.on('close', (code) => resolve({ code, output })),
  );
}
const checkUp = (env: Record<string, string> = {}) => doctor(['--stand'], { env });

/** Neither the vault's private key nor any token or header value of an identity. */
const secrets = /PRIVATE KEY|eyJ|[0-9a-f]{64}|[\w-]{43,}/;

test('a healthy stack is well in every part, and nothing secret is said', async () => {
  const { code, output } = await checkUp();
  expect(output).toMatch(/All is well\.$/m);
  expect(output).not.toMatch(/failed|skipped/);
  expect(output.match(/^ {2}ok /gm)).toHaveLength(11);
  expect(output).not.toMatch(secrets);
  expect(code).toBe(0);
}, 30_000);

test.each([
  ['vault-credential', 'expire', /Fix first: credential \(the certificate expired: .* ago\)\./],
  [
    'vault-credential',
    'disable',
    /Fix first: vault \(the newest version of the credential is disabled\)\./,
  ],
  ['fault', 'vault=503', /Fix first: vault \(it answers 503\)\./],
  ['fault', 'vault=hang', /Fix first: vault \(no answer in time\)\./],
  ['fault', 'keys=500', /Fix first: keys \(it answers 500\)\./],
  ['fault', 'metadata=garbage', /Fix first: metadata \(not a JSON object\)\./],
  ['fault', 'managed-identity=500', /Fix first: identity of Original API \(it answers 500\)\./],
  ['fault', 'token=503', /Fix first: credential at Entra \(Entra is busy/],
  ['fault', 'tables=500', /Fix first: table store \(it answers 500\)\./],
])(
  'with %s %s that is the first thing to mend',
  async (name, value, phrase) => {
    await stack.policy(name, value);
    const { code, output } = await checkUp();
    expect(output).toMatch(phrase);
    expect(output).toMatch(/Fix: \S/);
    expect(output).not.toMatch(secrets);
    expect(code).toBe(1);
  },
  30_000,
);

test('a rotated credential is well at once', async () => {
  await stack.policy('vault-credential', 'rotate');
  expect((await checkUp()).output).toMatch(
    /Entra knows it: of a probe it refused the assertion only \(AADSTS50013\)/,
  );
}, 30_000);

test('Downstream that is stopped is named, and so is one that hangs', async () => {
  const [free] = await findFreePorts(1);
  const stopped = await checkUp({ DOWNSTREAM_API_PORT: String(free) });
  expect(stopped).toMatchObject({
    code: 1,
    output: expect.stringMatching(/Fix first: Downstream API \(nothing answers there\)\./),
  });
  const worker = stack.pids[2] as number;
  process.kill(worker, 'SIGSTOP');
  try {
    expect((await checkUp()).output).toMatch(/Fix first: Downstream API \(no answer in time\)\./);
  } finally {
    process.kill(worker, 'SIGCONT');
  }
}, 40_000);

test.each([
  [
    'key-vault-secret',
    { CLIENT_CREDENTIAL_NAME: 'zero-trust-original-api-secret' },
    /ok +credential +a secret, valid until/,
  ],
  ['managed-identity', {}, /skipped vault +not used[\s\S]*ok +credential +secretless/],
])(
  'the credential may be a %s',
  async (kind, changes, phrase) => {
    const found = await findSettings({
      environment: { EMULATOR_DATA_DIR: stack.dataDir },
      emulatorsOnly: true,
    });
    if (!found) throw new Error('no emulators');
    const lines: string[] = [];
    const wanted = listChecks({
      ...found,
      original: { ...found.original, CLIENT_CREDENTIAL: kind, ...changes },
    });
    await runChecks(wanted.slice(0, 8), (line) => lines.push(line));
    expect(lines.join('\n')).toMatch(phrase);
    expect(lines.join('\n')).toMatch(/ok +credential at Entra +Entra knows it/);
  },
  30_000,
);

test('a token of this emulators is explained from a pipe, its signature checked, and never printed back', async () => {
  const token = await stack.token('alice', { scope: 'Documents.Read' });
  const { code, output } = await doctor(['--stand'], { input: `${token}\n` });
  expect(output).toMatch(
    /^Token A: [\s\S]*alice[\s\S]*signature good[\s\S]*Original API accepts it\.[\s\S]*So it must be/,
  );
  expect(output).not.toMatch(/eyJ/);
  expect(token.split('.').some((segment) => output.includes(segment.slice(0, 12)))).toBe(false);
  expect(code).toBe(0);
}, 30_000);

test('a code is explained, several words are one input, and nonsense is one line with examples', async () => {
  expect(await doctor(['AADSTS65001'])).toMatchObject({
    code: 0,
    output: expect.stringContaining('403 consent_required'),
  });
  expect(await doctor(['Bearer', 'error="invalid_token"'])).toMatchObject({
    code: 0,
    output: expect.stringContaining('A challenge'),
  });
  const { code, output } = await doctor(['what', 'is', 'this']);
  expect(output.trim().split('\n')).toHaveLength(1);
  expect(output).toMatch(/AADSTS65001/);
  expect(code).toBe(2);
  expect((await doctor(['--nonsense'])).code).toBe(2);
  expect((await doctor(['-'], { input: '' })).code).toBe(2);
  expect(await doctor(['--help'])).toMatchObject({
    code: 0,
    output: expect.stringContaining('Usage'),
  });
}, 30_000);
