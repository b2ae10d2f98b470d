import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect } from '@jest/globals';
import { startFunctionsHost } from '../../local/functions-host/host.ts';
import { call } from '../support/call.ts';
import {
  alice,
  audience,
  clientApp,
  type Issuer,
  startIssuer,
  tenantId,
} from '../support/issuer.ts';
import { testUnless } from '../support/needs.ts';
import { installPackage } from './install-package.ts';
import { compiledFile, compileProject, projects, writeProject } from './projects.ts';

const folder = mkdtempSync(join(tmpdir(), 'shared-package-'));
const packageTest = testUnless(installPackage(folder));

/** Time for the compiler and the start of a Functions host. */
const projectMilliseconds = 60_000;

/** An API whose issuer is on this machine. */
const ordersApp = ({ host }: Issuer) => `
import { app } from '@azure/functions';
import { createEntra } from 'zero-trust-api';
import { readClaimsChallenge } from 'zero-trust-api/challenges';
import { createFunctionsApi } from 'zero-trust-api/functions';

const entra = createEntra({ tenantIds: ['${tenantId}'], authorityHost: '${host.href}' });
const api = createFunctionsApi({
  name: 'orders-api',
  entra,
  audience: '${audience}',
  clients: ['${clientApp}'],
});

app.http('orders', api.route('orders', {
  GET: {
    scopes: ['Documents.Read'],
    handler: async ({ caller }) => ({
      json: { user: caller.objectId, claims: readClaimsChallenge('') ?? null },
    }),
  },
}));
`;

let issuer: Issuer;

beforeAll(async () => {
  issuer = await startIssuer();
});

afterAll(async () => {
  await issuer.close();
  rmSync(folder, { recursive: true, force: true });
});

describe.each(projects)('$name', (project) => {
  packageTest(
    'compiles without an error and answers a request',
    async () => {
      writeProject(folder, project, { 'orders.ts': ordersApp(issuer) });
      expect(await compileProject(folder, project)).toBe('');
      const host = await startFunctionsHost({
        name: 'original-api',
        port: 0,
        entry: compiledFile(folder, project, 'orders.ts'),
        env: { PATH: process.env.PATH ?? '' },
        log() {},
      });
      try {
        const response = await call(`${host.origin}/api/orders`, { token: await issuer.token() });
        expect(response.json).toEqual({ user: alice, claims: null });
      } finally {
        await host.close();
      }
    },
    projectMilliseconds,
  );
});
