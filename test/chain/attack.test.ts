import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Api } from '../../tools/attack/case.ts';
import { scanForLeaks } from '../../tools/attack/leaks.ts';
import { openForeign, openStack } from '../../tools/attack/open-target.ts';
import { poisonedKeys } from '../../tools/attack/poisoned-keys.ts';
import { groups, judge, type Result, runCase, runGroup } from '../../tools/attack/run.ts';
import { type Stack, startStack } from '../support/stack.ts';

let stack: Stack;
let apis: readonly Api[];

beforeAll(async () => {
  stack = await startStack();
  apis = await openStack({ urls: stack.urls, dataDir: stack.dataDir, control: stack });
}, 120_000);
afterAll(() => stack?.stop());

const collect = async (results: AsyncIterable<Result>) => {
  const all: Result[] = [];
  for await (const result of results) all.push(result);
  return all;
};
const wrong = (results: readonly Result[]) => results.filter(({ mark }) => mark !== 'ok');

describe.each([0, 1])(
  'at API %i of the chain, nothing hostile is let in and nothing good shut out',
  (index) => {
    test.each(groups)(
      '%s',
      async (_name, group) => {
        const results = await collect(runGroup(apis[index] as Api, group, true));
        expect(results.length).toBeGreaterThan(0);
        expect(wrong(results)).toEqual([]);
      },
      120_000,
    );
  },
);

test('keys that Entra would never publish are not used, and unknown ones beside good ones do no harm', async () => {
  const results: Result[] = [];
  for (const one of poisonedKeys()) results.push(await runCase('shared', one));
  expect(wrong(results)).toEqual([]);
}, 60_000);

test('against a foreign target the cases that need no emulators run, and none of those that write', async () => {
  const [original] = apis as [Api];
  const foreign = await openForeign(stack.urls.originalApi, original.token);
  const results: Result[] = [];
  for (const [, group] of groups) results.push(...(await collect(runGroup(foreign, group, false))));
  expect(wrong(results)).toEqual([]);
  expect(results.length).toBeGreaterThan(200);
  expect(new Set(foreign.answers.map(({ request }) => request.method ?? 'GET'))).toEqual(
    new Set(['GET', 'OPTIONS']),
  );
}, 60_000);

describe('after all of it', () => {
  /** What the stack said when it was ready is for the test that started it, and names its data folder on purpose. */
  const output = () => stack.output().filter((line) => !line.startsWith('{"ready":true'));

  test('every request has left one line, JSON, without a control character', () => {
    const lines = output().filter((line) => line.includes('"route"'));
    const served = apis
      .flatMap(({ answers }) => answers)
      .filter(({ headers }) => 'x-correlation-id' in headers);
    expect(lines.length).toBeGreaterThanOrEqual(served.length);
    for (const line of lines)
      expect(JSON.parse(line)).toMatchObject({
        api: expect.any(String),
        status: expect.any(Number),
      });
    expect(output().filter((line) => /\p{Cc}|\u2028|\u2029/u.test(line))).toEqual([]);
    const ids = lines
      .map((line) => JSON.parse(line))
      .map(({ api, correlationId }) => `${api} ${correlationId}`);
    for (const { headers } of served)
      expect(ids.some((id) => id.endsWith(` ${headers['x-correlation-id']}`))).toBe(true);
  });

  test('no token, secret, address, trace of Entra, stack frame or file path is in the output or in any body', () => {
    const secrets = secretsOf(stack.dataDir);
    expect(secrets.length).toBeGreaterThan(8);
    const signatures = apis.map(({ good }) => good.segments[2]);
    expect(scanForLeaks(output().join('\n'), [...secrets, ...signatures])).toEqual([]);
    const bodies = apis
      .flatMap(({ answers }) => answers)
      .map(({ text, headers }) => `${text}\n${JSON.stringify(headers)}`);
    expect(
      scanForLeaks(bodies.join('\n'), [...secrets, ...signatures]).filter(
        ({ kind }) => kind === 'canary',
      ),
    ).toEqual([]);
  });

  test('a leak that is planted in that output is found', () => {
    const [secret = ''] = secretsOf(stack.dataDir);
    const [before, after] = [output().slice(0, 100).join('\n'), output().slice(100).join('\n')];
    for (const planted of [
      secret,
      apis[0]?.token ?? '',
      '{"detail":"AADSTS50013: Assertion failed signature validation."}',
    ]) {
      expect(scanForLeaks([before, planted, after].join('\n'), [secret])).not.toEqual([]);
    }
  });
});

/** What must never leave the emulators: keys, secrets and the words that open its doors. */
function secretsOf(dataDir: string): readonly string[] {
  const texts = (value: unknown): string[] => {
    if (typeof value === 'string') return [value];
    return typeof value === 'object' && value !== null ? Object.values(value).flatMap(texts) : [];
  };
  const read = (name: string) => JSON.parse(readFileSync(join(dataDir, name), 'utf8'));
  const keys = (read('signing-keys.json') as Record<string, string>[]).flatMap(({ d, p, q }) => [
    d,
    p,
    q,
  ]);
  const values = (read('credentials.json') as [string, { value: string }[]][]).flatMap(
    ([, versions]) => versions.map(({ value }) => value),
  );
  return [
    read('control.json').token,
    ...keys,
    ...values,
    ...texts(read('identity-headers.json')),
  ].filter((text) => typeof text === 'string');
}

test('the verdict on an answer', () => {
  expect(judge('401 invalid_token', '401 invalid_token')).toBe('ok');
  expect(judge('431 or closed', 'closed')).toBe('ok');
  expect(judge('401 invalid_token', '200')).toBe('ACCEPTED');
  expect(judge('200', '401 invalid_token')).toBe('REFUSED');
  expect(judge('401 invalid_token', '500 unexpected')).toBe('other');
});

describe('the command', () => {
  const run = (args: readonly string[], env: Record<string, string> = {}) =>
    new Promise<{ code: number | null; output: string }>((resolve) => {
      const child = spawn(
        process.execPath,
        [fileURLToPath(new URL('../../tools/attack.ts', import.meta.url)), ...args],
        {
          env: { ...process.env, ...env },
        },
      );
      let output = '';
      for (const stream of [child.stdout, child.stderr]) {
        stream.setEncoding('utf8').on('data', (text: string) => {
          output += text;
        });
      }
      child.on('close', (code) => resolve({ code, output }));
    });

  test('ends with 1 where an API takes whatever comes, and says what was accepted', async () => {
    const server = createServer((_request, response) =>
      response.setHeader('content-type', 'application/json').end('{"documents":[]}'),
    );
    await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
    const folder = await mkdtemp(join(tmpdir(), 'attack-'));
    try {
      const file = join(folder, 'token');
      await writeFile(file, apis[0]?.token ?? '');
      const { code, output } = await run([
        '--target',
        `http://localhost:${(server.address() as AddressInfo).port}/api`,
        '--token',
        file,
      ]);
      expect(code).toBe(1);
      expect(output).toMatch(/alg none, no signature .* 200 .* ACCEPTED/);
    } finally {
      server.closeAllConnections();
      server.close();
      await rm(folder, { recursive: true });
    }
  }, 30_000);

  test('tries nothing where no emulators runs, where the good token is refused, or where it is not told enough', async () => {
    const nowhere = await run([], { EMULATOR_DATA_DIR: join(tmpdir(), 'no-such-folder') });
    expect(nowhere).toEqual({
      code: 1,
      output: 'No emulators are running here. Start it with: npm start\n',
    });
    expect(await run(['--target', 'http://localhost:1/'])).toMatchObject({
      code: 2,
      output: expect.stringContaining('Usage:'),
    });
    const folder = await mkdtemp(join(tmpdir(), 'attack-'));
    await writeFile(join(folder, 'token'), await stack.token('bob', { claims: { exp: 1 } }));
    const refused = await run([
      '--target',
      stack.urls.originalApi,
      '--token',
      join(folder, 'token'),
    ]);
    await rm(folder, { recursive: true });
    expect(refused).toMatchObject({
      code: 1,
      output: expect.stringContaining('(401 invalid_token). Nothing was tried.'),
    });
  }, 30_000);
});
