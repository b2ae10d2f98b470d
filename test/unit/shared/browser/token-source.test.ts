import { type IPublicClientApplication, ServerError } from '@azure/msal-browser';
import { expect, test } from '@jest/globals';
import type { Problem } from '../../../../shared/browser/problem.ts';
import {
  type ClientTokenRequest,
  createTokenSource,
  type TokenClient,
} from '../../../../shared/browser/token-source.ts';

const scopes = ['api://o/Orders.Read', 'api://o/Orders.Write'];
const consentScope = 'api://o/.default';
const claims = '{"access_token":{}}';

/** The error that MSAL throws when a location is blocked. */
const blocked = new ServerError('access_denied', 'c', 'text', undefined, '53003');

/** A token source with the requests that the library behind it gets. */
function createTestSource(failure?: Error) {
  const silent: ClientTokenRequest[] = [];
  const interactive: ClientTokenRequest[] = [];
  const client: TokenClient = {
    async acquireTokenSilent(request) {
      silent.push(request);
      if (failure) throw failure;
      return { accessToken: 'token' };
    },
    async acquireTokenRedirect(request) {
      interactive.push(request);
      if (failure) throw failure;
    },
  };
  return { silent, interactive, tokens: createTokenSource({ client, scopes, consentScope }) };
}

function createProblem(code: Problem['code'], more: Partial<Problem> = {}): Problem {
  return { code, status: 401, correlationId: 'c', ...more };
}

test('accepts MSAL as its client', () => {
  const acceptClient = (client: TokenClient) => client;
  // This line compiles only if MSAL has the shape of a TokenClient.
  const acceptMsal = (msal: IPublicClientApplication) => acceptClient(msal);
  expect(acceptMsal).toBeDefined();
});

test('acquires a token for all scopes from the cache', async () => {
  const { tokens, silent } = createTestSource();
  expect(await tokens.acquire()).toBe('token');
  expect(silent).toEqual([{ scopes }]);
});

test('acquires a token for the scopes of a request', async () => {
  const { tokens, silent } = createTestSource();
  await tokens.acquire({ scopes: ['api://o/Orders.Read'], correlationId: 'c' });
  expect(silent).toEqual([{ scopes: ['api://o/Orders.Read'], correlationId: 'c' }]);
});

test.each([
  { name: 'without claims', renewal: {}, requested: {} },
  { name: 'with the claims of a challenge', renewal: { claims }, requested: { claims } },
])('renews a token for all scopes $name', async ({ renewal, requested }) => {
  const { tokens, silent } = createTestSource();
  await tokens.acquire({ scopes: ['api://o/Orders.Read'], renewal });
  expect(silent).toEqual([{ scopes, forceRefresh: true, ...requested }]);
});

test('throws the problem of a silent request', async () => {
  const { tokens } = createTestSource(blocked);
  await expect(tokens.acquire({ correlationId: 'ours' })).rejects.toMatchObject({
    problem: { code: 'blocked', correlationId: 'ours' },
  });
});

test('leaves the page with the claims of a step-up', async () => {
  const { tokens, interactive } = createTestSource();
  await tokens.interact(createProblem('step_up_required', { claims }));
  expect(interactive).toEqual([{ scopes, claims, correlationId: 'c' }]);
});

test('leaves the page for a combined consent', async () => {
  const { tokens, interactive } = createTestSource();
  await tokens.interact(createProblem('consent_required'));
  expect(interactive).toEqual([{ scopes: [consentScope], prompt: 'consent', correlationId: 'c' }]);
});

test('does not leave the page for a problem that the user cannot solve', async () => {
  const { tokens, interactive } = createTestSource();
  await expect(tokens.interact(createProblem('not_assigned'))).rejects.toMatchObject({
    problem: { code: 'not_assigned' },
  });
  expect(interactive).toEqual([]);
});

test('throws the problem of a page that cannot be left', async () => {
  const { tokens } = createTestSource(blocked);
  await expect(tokens.interact(createProblem('sign_in_again'))).rejects.toMatchObject({
    problem: { code: 'blocked', correlationId: 'c' },
  });
});
