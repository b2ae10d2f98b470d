import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect } from '@jest/globals';
import { startFunctionsHost } from '../../local/functions-host/host.ts';
import { call } from '../support/call.ts';
import { alice, type Issuer, startIssuer } from '../support/issuer.ts';
import { testUnless } from '../support/needs.ts';
import { installPackage } from './install-package.ts';
import { browserProgram, functionsProgram, readmeProgram, webProgram } from './programs.ts';
import { compiledFile, compileProject, projects, writeProject } from './projects.ts';

const folder = mkdtempSync(join(tmpdir(), 'shared-package-'));
const packageTest = testUnless(installPackage(folder));

/** Time for the compiler and the start of a Functions host. */
const projectMilliseconds = 60_000;

let issuer: Issuer;

beforeAll(async () => {
  issuer = await startIssuer();
  issuer.respond('/token', (_request, response) =>
    response.end(JSON.stringify({ access_token: 'b', token_type: 'Bearer', expires_in: 3_600 })),
  );
  issuer.respond('/prices/today', ({ headers }, response) => {
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ token: headers.authorization }));
  });
});

afterAll(async () => {
  await issuer.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Sends one request to a compiled Functions app. */
async function callApp(entry: string, path: string, token?: string) {
  const env = { PATH: process.env.PATH ?? '' };
  const host = await startFunctionsHost({ name: 'original-api', port: 0, entry, env, log() {} });
  try {
    return await call(`${host.origin}/api/${path}`, token === undefined ? {} : { token });
  } finally {
    await host.close();
  }
}

packageTest('depends on nothing that needs a newer Node.js than it says', () => {
  const readManifest = (name: string) =>
    JSON.parse(readFileSync(join(folder, 'node_modules', name, 'package.json'), 'utf8'));
  const { engines, dependencies } = readManifest('zero-trust-api');
  const minimum = minimumNode(engines.node);
  const newer = Object.keys(dependencies)
    .map((name) => ({ name, engines: readManifest(name).engines?.node ?? '' }))
    .filter((dependency) => minimumNode(dependency.engines) > minimum);
  expect(newer).toEqual([]);
});

/** The version of a range such as `>=22.12.0`, as a number. 0 for any other range. */
function minimumNode(range: string): number {
  const [, major = 0, minor = 0] = /^>= ?(\d+)(?:\.(\d+))?/.exec(range) ?? [];
  return Number(major) * 1_000 + Number(minor);
}

/** Creates credentials and prints why they cannot be used. */
const credentialsProgram = `
import { keyVaultSecret, managedIdentity } from 'zero-trust-api';

const print = ({ code, options }) => console.log(code, options.logContext.reason);
const secret = keyVaultSecret({ vaultUrl: 'https://contoso.vault.azure.net', name: 'a' });
await managedIdentity().getToken('https://vault.azure.net/.default').catch(print);
await secret.current().catch(print);
`;

packageTest('names the optional peer that a credential needs and that is not installed', () => {
  const { stdout } = spawnSync(
    process.execPath,
    ['--input-type=module', '--eval', credentialsProgram],
    { cwd: folder, encoding: 'utf8' },
  );
  expect(stdout.trim().split('\n')).toEqual([
    'unavailable the package @azure/identity cannot be loaded',
    'unavailable the package @azure/keyvault-secrets cannot be loaded',
  ]);
});

describe.each(projects)('$name', (project) => {
  packageTest(
    'compiles without an error',
    async () => {
      writeProject(folder, project, {
        'browser.ts': browserProgram,
        'functions.ts': functionsProgram(issuer),
        'readme.ts': readmeProgram(),
        'web.ts': webProgram,
      });
      expect(await compileProject(folder, project)).toBe('');
    },
    projectMilliseconds,
  );

  packageTest(
    'answers a request with a token, and calls an API on behalf of its user',
    async () => {
      const entry = compiledFile(folder, project, 'functions.ts');
      const { json } = await callApp(entry, 'orders', await issuer.token());
      expect(json).toEqual({ user: alice, prices: { token: 'Bearer b' } });
    },
    projectMilliseconds,
  );

  packageTest(
    "runs the README's program without the optional peers",
    async () => {
      const { status, headers } = await callApp(
        compiledFile(folder, project, 'readme.ts'),
        'orders',
      );
      expect(status).toBe(401);
      expect(headers.get('www-authenticate')).toMatch(/^Bearer .*resource_metadata="/);
    },
    projectMilliseconds,
  );

  packageTest('runs the web adapter in Node.js', () => {
    const { stdout, stderr } = spawnSync(
      process.execPath,
      [compiledFile(folder, project, 'web.ts')],
      { encoding: 'utf8' },
    );
    expect(stderr).toBe('');
    expect(stdout).toBe('401 Bearer undefined\n');
  });
});
