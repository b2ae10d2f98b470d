/** GET /{tenant}/oauth2/v2.0/logout (OpenID Connect RP-Initiated Logout 1.0). */
import type { EmulatorRequest, EmulatorResponse } from '../context.ts';
import type { EntraContext } from './entra-context.ts';
import { createPageResponse, html } from './pages/page.ts';
import { matchesLoginHint } from './pages/sign-in-page.ts';

/**
 * Signs out the account of `logout_hint`, or all accounts of the browser session. Then it redirects
 * to `post_logout_redirect_uri` when an app has registered that URI, and shows a page otherwise.
 */
export function handleLogout(
  { directory, sessions }: EntraContext,
  { url, headers }: EmulatorRequest,
): EmulatorResponse {
  const hint = url.searchParams.get('logout_hint') ?? undefined;
  const hintedUser = directory.users.find((user) => matchesLoginHint(user, hint));
  sessions.signOut(headers.cookie, hintedUser);

  const redirectUri = url.searchParams.get('post_logout_redirect_uri');
  const isRegistered = directory.apps.some(({ redirectUris }) =>
    redirectUris.includes(redirectUri ?? ''),
  );
  if (!redirectUri || !isRegistered) {
    const content = html`<h1>You signed out</h1><p>You can close this window.</p>`;
    return createPageResponse(200, content);
  }
  const target = new URL(redirectUri);
  const state = url.searchParams.get('state');
  if (state !== null) target.searchParams.set('state', state);
  return { status: 302, headers: { Location: target.href, 'Cache-Control': 'no-store' } };
}
