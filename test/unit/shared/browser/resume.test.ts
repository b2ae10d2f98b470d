import { InteractionRequiredAuthError, ServerError } from '@azure/msal-browser';
import { expect, test } from '@jest/globals';
import { createActionRunner } from '../../../../shared/browser/action-runner.ts';
import { createApiFetch } from '../../../../shared/browser/api-fetch.ts';
import {
  leaveForEntra,
  readEntraVisit,
  takeReturnedAction,
} from '../../../../shared/browser/entra-visit.ts';
import { createPendingActions } from '../../../../shared/browser/pending-action.ts';
import { createTokenSource } from '../../../../shared/browser/token-source.ts';

const page = '/orders/42';
const challenge = `Bearer error="insufficient_claims", claims="${btoa('{"access_token":{}}')}"`;
const needsUser = new InteractionRequiredAuthError('interaction_required', 'c');
const cancelled = new ServerError('access_denied', 'c', 'text', undefined, '65004');

/** A tab whose API challenges every token until the user has visited Entra. */
function createTab() {
  const items = new Map<string, string>();
  const tab = { stepUpDone: false, visits: 0, saved: [] as string[] };
  const storage = {
    getItem: (key: string) => items.get(key) ?? null,
    setItem: (key: string, value: string) => void items.set(key, value),
    removeItem: (key: string) => void items.delete(key),
  };
  const client = {
    async acquireTokenSilent({ claims }: { claims?: string }) {
      if (claims && !tab.stepUpDone) throw needsUser;
      return { accessToken: 'token' };
    },
    async acquireTokenRedirect() {
      tab.visits += 1;
    },
  };
  const tokens = createTokenSource({ client, scopes: ['s'], consentScope: 'api://o/.default' });
  const apiFetch = createApiFetch({
    baseUrl: 'https://orders.example/api',
    tokens,
    async fetch(_url, init) {
      if (!tab.stepUpDone)
        return new Response(null, { status: 401, headers: { 'www-authenticate': challenge } });
      tab.saved.push(String(init?.body));
      return new Response();
    },
  });
  const save = async (body: string) => void (await apiFetch('orders/42', { method: 'PUT', body }));

  /** Loads the page, as a reload and a redirect do. */
  async function openPage(redirect: Promise<object | null>, openedPage = page) {
    const pendingActions = createPendingActions(storage, 'alice');
    const visit = await readEntraVisit(redirect);
    const returned = takeReturnedAction(pendingActions, visit, openedPage);
    const runner = createActionRunner({
      refresh() {},
      startInteraction: (problem, pending) =>
        leaveForEntra(problem, { page: openedPage, ...pending }, pendingActions, tokens),
      clock: { every: () => () => {}, sleep: async () => {} },
    });
    const input = returned?.input as string | undefined;
    if (input !== undefined) await runner.run('save', () => save(input), { returned, input });
    return { runner, input };
  }
  return { tab, save, openPage };
}

/** Types a text, saves it, and leaves for Entra when the API challenges the token. */
async function saveUntilStepUp() {
  const { tab, save, openPage } = createTab();
  const { runner } = await openPage(Promise.resolve(null));
  await runner.run('save', () => save('typed'), { input: 'typed' });
  await runner.failure?.interact();
  return { tab, openPage };
}

test('leaves for Entra once the silent attempt has failed and the user has agreed', async () => {
  const { tab } = await saveUntilStepUp();
  expect(tab).toEqual({ stepUpDone: false, visits: 1, saved: [] });
});

test('runs the interrupted action with what was typed after the return', async () => {
  const { tab, openPage } = await saveUntilStepUp();
  tab.stepUpDone = true;
  const { runner, input } = await openPage(Promise.resolve({}));
  expect(input).toBe('typed');
  expect(tab.saved).toEqual(['typed']);
  expect(runner.failure).toBeUndefined();
});

test('runs the interrupted action once, whatever happens to the page', async () => {
  const { tab, openPage } = await saveUntilStepUp();
  tab.stepUpDone = true;
  await openPage(Promise.resolve({}));
  await openPage(Promise.resolve({}));
  await openPage(Promise.resolve(null));
  expect(tab.saved).toEqual(['typed']);
});

test('gives up with an explanation when the API still challenges the token', async () => {
  const { tab, openPage } = await saveUntilStepUp();
  const { runner } = await openPage(Promise.resolve({}));
  expect(runner.failure?.explanation).toMatch(/still asks for another check/);
  await runner.failure?.interact();
  expect(tab.visits).toBe(1);
});

test('keeps what was typed when the user cancels', async () => {
  const { tab, openPage } = await saveUntilStepUp();
  const { runner, input } = await openPage(Promise.reject(cancelled));
  expect(input).toBe('typed');
  expect(runner.failure?.explanation).toMatch(/did not finish the check/);
  expect(tab.saved).toEqual([]);
});

test.each([
  { name: 'went back instead', redirect: null, openedPage: page },
  { name: 'opened another page', redirect: {}, openedPage: '/profile' },
])('does not run the interrupted action when the user $name', async ({ redirect, openedPage }) => {
  const { tab, openPage } = await saveUntilStepUp();
  tab.stepUpDone = true;
  await openPage(Promise.resolve(redirect), openedPage);
  expect(tab.saved).toEqual([]);
});
