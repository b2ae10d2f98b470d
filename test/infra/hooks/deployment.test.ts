import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from '@jest/globals';
import { readSettings } from '../../../client-app/settings.ts';
import { readDeployment } from '../../../infra/hooks/environment.ts';
import { waitForRoles } from '../../../infra/hooks/role-propagation.ts';
import { smokeTest } from '../../../infra/hooks/smoke-test.ts';
import { clientSettings, siteConfiguration } from '../../../tools/client-app-site.ts';
import { startAzureStandIn } from './azure-stand-in.ts';

const deployment = {
  AZURE_AUTHORITY_HOST: 'https://login.microsoftonline.com/',
  AZURE_TENANT_ID: 'c0705000-0000-4000-8000-00000000c001',
  CLIENT_APP_ID: 'c11e4700-0000-4000-8000-0000000000a1',
  ORIGINAL_API_CLIENT_ID: '0219a100-0000-4000-8000-0000000000a2',
  ORIGINAL_API_URL: 'https://func-original-abc.azurewebsites.net/api',
};

test('the Client App accepts the settings that deployment writes', () => {
  expect(readSettings(clientSettings(deployment))).toMatchObject({
    authority: 'https://login.microsoftonline.com/c0705000-0000-4000-8000-00000000c001',
    originalApiId: 'api://0219a100-0000-4000-8000-0000000000a2',
  });
});

test('the site sends a policy without unsafe-inline, HSTS and nosniff, and only the redirect page may be framed', () => {
  const { globalHeaders, routes } = siteConfiguration(deployment);
  const { 'Content-Security-Policy': policy, ...rest } = globalHeaders;
  expect(policy).toContain(
    "connect-src 'self' https://login.microsoftonline.com https://func-original-abc.azurewebsites.net;",
  );
  expect(policy).toContain("frame-ancestors 'none'");
  expect(policy).not.toContain('unsafe');
  expect(rest).toMatchObject({
    'Strict-Transport-Security': expect.stringContaining('max-age=31536000'),
    'X-Content-Type-Options': 'nosniff',
  });
  expect(
    routes.flatMap(({ route, headers }) =>
      headers
        ? [[route, headers['Content-Security-Policy'].match(/frame-ancestors [^;]*/)?.[0]]]
        : [],
    ),
  ).toEqual([['/redirect.html', "frame-ancestors 'self'"]]);
});

test('the platform’s own sign-in is shut', () => {
  expect(siteConfiguration(deployment).routes).toContainEqual({
    route: '/.auth/*',
    statusCode: 404,
  });
});

test('a hook without its environment names what is missing and what to do', () => {
  expect(() =>
    readDeployment(['ORIGINAL_API_URL', 'PRIVATE_NETWORK'], { PRIVATE_NETWORK: 'false' }),
  ).toThrow(/no ORIGINAL_API_URL\. Run `azd provision`/);
});

test('new roles are waited for, old ones are not', async () => {
  const { azure, state, clock, close } = await startAzureStandIn();
  try {
    state.youngestRole = clock.now() - 60_000;
    await waitForRoles(azure, '/group', clock, () => {});
    await waitForRoles(azure, '/group', clock, () => {});
    expect(clock.slept).toEqual([240_000]);
  } finally {
    close();
  }
});

const challenge = 'Bearer realm="x", authorization_uri="https://login.example/authorize"';

/** Both APIs at once: health is 200, everything else what the test says. `seenAs`: the private mode, with Downstream's name leading there. */
async function smoke(
  unhealthy: number,
  status: number,
  header: string,
  seenAs?: string,
  reached = true,
): Promise<readonly string[]> {
  let sick = unhealthy;
  const server = createServer(({ url = '' }, response) => {
    if (url.endsWith('/health')) {
      sick -= 1;
      response.writeHead(sick < 0 ? 200 : 503).end();
    } else response.writeHead(status, { 'www-authenticate': header }).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/api`;
  const said: string[] = [];
  let time = 0;
  const clock = {
    now: () => time,
    async sleep(milliseconds: number) {
      time += milliseconds;
    },
  };
  try {
    const downstreamUrl = reached ? `${url}/downstream` : 'http://127.0.0.1:1/api/downstream';
    const addressOf = async () => seenAs ?? '';
    await smokeTest({
      originalUrl: url,
      downstreamUrl,
      privateNetwork: seenAs !== undefined,
      clock,
      say: (line) => said.push(line),
      addressOf,
    });
  } finally {
    server.closeAllConnections();
    server.close();
  }
  return said;
}

test('a deployment that answers and refuses as it must passes the smoke test, a slow start included', async () => {
  expect(await smoke(3, 401, challenge)).toContain('Downstream API refuses a direct call.');
});

test('in the private mode Downstream is unreachable from outside, and looked at from inside', async () => {
  expect((await smoke(0, 401, challenge, '20.50.2.10', false)).at(-1)).toContain(
    'cannot be reached from here',
  );
  expect((await smoke(0, 401, challenge, '10.0.2.4')).at(-1)).toBe(
    'Downstream API refuses a direct call.',
  );
});

test('in the private mode a Downstream that answers outside its network fails the smoke test', async () => {
  await expect(smoke(0, 401, challenge, '20.50.2.10')).rejects.toThrow(
    'can be reached from outside its network',
  );
});

test.each([
  ['never gets healthy', 1_000, 401, challenge, /does not answer 200 but: 503/],
  ['answers without a token', 0, 200, challenge, /answers 200 .* must be 401/],
  ['does not say how to get a token', 0, 401, 'Basic', /WWW-Authenticate: Basic/],
])('a deployment that %s fails the smoke test', async (_, unhealthy, status, header, message) => {
  await expect(smoke(unhealthy, status, header)).rejects.toThrow(message);
});
