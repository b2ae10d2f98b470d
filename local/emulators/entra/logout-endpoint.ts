/** GET /{tenant}/oauth2/v2.0/logout (OpenID Connect RP-Initiated Logout 1.0): forgets the browser's session, or one account of it. */
import type { EmulatorRequest, EmulatorResponse } from '../context.ts';
import { answerPage, html } from './pages/page.ts';
import { matchesHint } from './pages/sign-in-page.ts';
import type { EntraContext } from './token/token-request.ts';

/** Goes back to `post_logout_redirect_uri` where that is a registered redirect URI, else shows a page. */
export function answerLogout(
  { directory, sessions }: EntraContext,
  { url, headers }: EmulatorRequest,
): EmulatorResponse {
  const hint = url.searchParams.get('logout_hint') ?? undefined;
  sessions.signOut(
    headers.cookie,
    directory.users.find((user) => matchesHint(user, hint)),
  );
  const goal = url.searchParams.get('post_logout_redirect_uri');
  if (!goal || !directory.apps.some(({ redirectUris }) => redirectUris.includes(goal))) {
    return answerPage(200, html`<h1>You signed out</h1><p>You may close this window.</p>`);
  }
  const target = new URL(goal);
  const state = url.searchParams.get('state');
  if (state !== null) target.searchParams.set('state', state);
  return { status: 302, headers: { Location: target.href, 'Cache-Control': 'no-store' } };
}
