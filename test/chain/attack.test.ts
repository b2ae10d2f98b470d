import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { Api } from '../../tools/attack/case.ts';
import { findLeaks } from '../../tools/attack/leaks.ts';
import { openDeployedApi, openStack } from '../../tools/attack/open-target.ts';
import { poisonedKeys } from '../../tools/attack/poisoned-keys.ts';
import { compareOutcome, groups, type Result, runCase, runGroup } from '../../tools/attack/run.ts';
import { type Stack, startStack } from '../support/stack.ts';

const program = fileURLToPath(new URL('../../tools/attack.ts', import.meta.url));

let stack: Stack;
let original: Api;
let downstream: Api;

beforeAll(async () => {
  stack = await startStack();
  [original, downstream] = await openStack({
    urls: stack.urls,
    dataDir: stack.dataDir,
    control: stack,
  });
}, 120_000);

afterAll(() => stack?.stop());

async function collect(results: AsyncIterable<Result>): Promise<readonly Result[]> {
  const all: Result[] = [];
  for await (const result of results) all.push(result);
  return all;
}

function findFailures(results: readonly Result[]): readonly Result[] {
  return results.filter(({ verdict }) => verdict !== 'ok');
}

describe('Original API', () => {
  test.each(groups)(
    'passes all cases of the group "$name"',
    async (group) => {
      const results = await collect(runGroup(original, group, true));
      expect(findFailures(results)).toEqual([]);
      expect(results.length).toBeGreaterThan(0);
    },
    120_000,
  );
});

describe('Downstream API', () => {
  test.each(groups)(
    'passes all cases of the group "$name"',
    async (group) => {
      const results = await collect(runGroup(downstream, group, true));
      expect(findFailures(results)).toEqual([]);
      expect(results.length).toBeGreaterThan(0);
    },
    120_000,
  );
});

test.each(poisonedKeys())(
  'an API that trusts a $name gives the expected response',
  async (testCase) => {
    const { actual } = await runCase('shared', 'Algorithm and key', testCase);
    expect(actual).toBe(testCase.expected);
  },
  30_000,
);

describe('a deployed API without emulators', () => {
  let deployed: Api;
  let results: readonly Result[];

  beforeAll(async () => {
    deployed = await openDeployedApi(stack.urls.originalApi, original.token);
    const all: Result[] = [];
    for (const group of groups) all.push(...(await collect(runGroup(deployed, group, false))));
    results = all;
  }, 60_000);

  test('passes all cases that need no emulators', () => {
    expect(findFailures(results)).toEqual([]);
    expect(results.length).toBeGreaterThan(200);
  });

  test('gets no request that could change data', () => {
    const methods = new Set(deployed.responses.map(({ request }) => request.method ?? 'GET'));
    expect([...methods].sort()).toEqual(['GET', 'OPTIONS']);
  });
});

/** Examines the output of the stack and the responses to the cases above. */
describe('the output and responses of all cases', () => {
  /** The lines of the output except the ready line, which contains the data folder on purpose. */
  const outputLines = () => stack.output().filter((line) => !line.startsWith('{"ready":true'));
  const requestLines = () => outputLines().filter((line) => line.includes('"route"'));
  const responses = () => [...original.responses, ...downstream.responses];
  const correlationIds = () =>
    responses()
      .map(({ headers }) => headers['x-correlation-id'])
      .filter((id) => id !== undefined);

  test('there is a log line for each request', () => {
    const loggedIds = new Set(requestLines().map((line) => JSON.parse(line).correlationId));
    const missing = correlationIds().filter((id) => !loggedIds.has(id));
    expect(missing).toEqual([]);
    expect(requestLines().length).toBeGreaterThanOrEqual(correlationIds().length);
  });

  test('each log line of a request is JSON with an API and a status', () => {
    for (const line of requestLines())
      expect(JSON.parse(line)).toMatchObject({
        api: expect.any(String),
        status: expect.any(Number),
      });
  });

  test('the output contains no control characters', () => {
    const lines = outputLines().filter((line) => /\p{Cc}|\u2028|\u2029/u.test(line));
    expect(lines).toEqual([]);
  });

  test('the output contains no leaks', () => {
    expect(findLeaks(outputLines().join('\n'), listSecrets())).toEqual([]);
  });

  test('the responses contain no secrets', () => {
    const text = responses()
      .map((response) => `${response.text}\n${JSON.stringify(response.headers)}`)
      .join('\n');
    const leaks = findLeaks(text, listSecrets());
    expect(leaks.filter(({ kind }) => kind === 'known secret')).toEqual([]);
  });

  test('the list of secrets includes those of the emulators', () => {
    expect(readEmulatorSecrets(stack.dataDir).length).toBeGreaterThan(8);
  });

  test.each([
    { title: 'a secret of the emulators', leak: () => readEmulatorSecrets(stack.dataDir)[0] },
    { title: 'a token', leak: () => original.token },
    {
      title: 'an error text of Entra',
      leak: () => '{"detail":"AADSTS50013: Assertion failed signature validation."}',
    },
  ])('a leak of $title in the output would be found', ({ leak }) => {
    const lines = outputLines();
    const text = [...lines.slice(0, 100), leak(), ...lines.slice(100)].join('\n');
    expect(findLeaks(text, listSecrets())).not.toEqual([]);
  });

  /** The secrets of the emulators and the signatures of the valid tokens. */
  function listSecrets(): readonly string[] {
    const signatures = [original, downstream].map(({ decoded }) => decoded.segments[2]);
    return [...readEmulatorSecrets(stack.dataDir), ...signatures];
  }
});

/** Reads the private keys, credentials and access tokens of the emulators. */
function readEmulatorSecrets(dataDir: string): readonly string[] {
  const read = (name: string) => JSON.parse(readFileSync(join(dataDir, name), 'utf8'));
  const control: { token: string } = read('control.json');
  const signingKeys: Record<string, string>[] = read('signing-keys.json');
  const credentials: [name: string, versions: { value: string }[]][] = read('credentials.json');
  const secrets = [
    control.token,
    ...signingKeys.flatMap(({ d, p, q }) => [d, p, q]),
    ...credentials.flatMap(([, versions]) => versions.map(({ value }) => value)),
    ...collectStrings(read('identity-headers.json')),
  ];
  return secrets.filter((secret) => typeof secret === 'string');
}

function collectStrings(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap(collectStrings);
}

test.each([
  { expected: '401 invalid_token', actual: '401 invalid_token', verdict: 'ok' },
  { expected: '431 or closed', actual: 'closed', verdict: 'ok' },
  { expected: '401 invalid_token', actual: '200', verdict: 'ACCEPTED' },
  { expected: '200', actual: '401 invalid_token', verdict: 'REJECTED' },
  { expected: '401 invalid_token', actual: '500 unexpected', verdict: 'other' },
])('the verdict on $actual instead of $expected is $verdict', ({ expected, actual, verdict }) => {
  expect(compareOutcome(expected, actual)).toBe(verdict);
});

describe('npm run attack', () => {
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'attack-'));
  });

  afterEach(() => rm(folder, { recursive: true }));

  async function writeToken(token: string): Promise<string> {
    const file = join(folder, 'token');
    await writeFile(file, token);
    return file;
  }

  function run(args: readonly string[], env: Record<string, string> = {}) {
    const child = spawn(process.execPath, [program, ...args], { env: { ...process.env, ...env } });
    return collectOutput(child);
  }

  test('reports the accepted cases and exits with 1 when an API accepts everything', async () => {
    const server = createServer((_request, response) => {
      response.setHeader('content-type', 'application/json').end('{"documents":[]}');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    try {
      const { port } = server.address() as AddressInfo;
      const target = `http://localhost:${port}/api`;
      const file = await writeToken(original.token);
      const { exitCode, stdout } = await run(['--target', target, '--token', file]);
      expect(stdout).toMatch(/alg none, no signature .* 200 .* ACCEPTED/);
      expect(exitCode).toBe(1);
    } finally {
      server.closeAllConnections();
      server.close();
    }
  }, 30_000);

  test('runs no case when no emulators are running', async () => {
    const { exitCode, stdout, stderr } = await run([], { EMULATOR_DATA_DIR: folder });
    expect(stderr).toBe('No emulators are running. Start the chain with: npm start\n');
    expect(stdout).toBe('');
    expect(exitCode).toBe(1);
  }, 30_000);

  test('runs no case when the API rejects the valid token', async () => {
    const file = await writeToken(await stack.token('bob', { claims: { exp: 1 } }));
    const { originalApi } = stack.urls;
    const { exitCode, stdout, stderr } = await run(['--target', originalApi, '--token', file]);
    expect(stderr).toContain('(401 invalid_token). No case was run.');
    expect(stdout).toBe('');
    expect(exitCode).toBe(1);
  }, 30_000);

  test.each(['--help', '-h'])(
    'prints the usage for %s',
    async (option) => {
      const { exitCode, stdout, stderr } = await run([option]);
      expect(stdout).toMatch(/^Usage: npm run attack/);
      expect(stderr).toBe('');
      expect(exitCode).toBe(0);
    },
    30_000,
  );

  test.each([
    { args: ['--nonsense'], message: /^Unknown option '--nonsense'/ },
    { args: ['--target', 'http://localhost:1/'], message: /^The options --target and --token/ },
    { args: ['--write'], message: /^The option --write requires/ },
    { args: ['--target', 'nowhere', '--token', 'file'], message: /^The target is not a URL/ },
  ])(
    'prints an error and the usage for $args',
    async ({ args, message }) => {
      const { exitCode, stdout, stderr } = await run(args);
      expect(stderr).toMatch(message);
      expect(stderr).toMatch(/^Usage: npm run attack/m);
      expect(stdout).toBe('');
      expect(exitCode).toBe(2);
    },
    30_000,
  );
});

interface ProcessResult {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function collectOutput(child: ChildProcess): Promise<ProcessResult> {
  let stdout = '';
  let stderr = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  return new Promise((resolve) => {
    child.on('close', (exitCode) => resolve({ exitCode, stdout, stderr }));
  });
}
