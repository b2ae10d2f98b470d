import type { User } from '../directory.ts';
import { type Html, html } from './page.ts';

/** The second factor: at the emulators a button stands for the phone. */
export function showStepUp(user: User, appName: string, contexts: readonly string[]): Html {
  const reason =
    contexts.length > 0
      ? `It asks for the authentication context ${contexts.join(', ')}.`
      : 'It asks for multi-factor authentication.';
  return html`
<h1>Approve sign in request</h1>
<p>${user.displayName} (${user.name}): your organisation wants one more proof before ${appName} may go on. ${reason}</p>
<form method="post">
<input type="hidden" name="account" value="${user.oid}">
<button class="main" name="action" value="approve" autofocus>Approve</button>
<button name="action" value="cancel">Cancel</button>
</form>`;
}
