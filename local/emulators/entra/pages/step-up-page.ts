import type { User } from '../directory.ts';
import { type Html, html } from './page.ts';

/**
 * Renders the page for the second factor. A button replaces the approval on a phone.
 * @param contexts The requested authentication contexts.
 */
export function renderStepUpPage(user: User, appName: string, contexts: readonly string[]): Html {
  const requirement =
    contexts.length > 0
      ? `the authentication context ${contexts.join(', ')}`
      : 'multi-factor authentication';
  return html`
<h1>Approve sign in request</h1>
<p>
${user.displayName} (${user.name}): your organisation requires ${requirement} to use ${appName}.
</p>
<form method="post">
<input type="hidden" name="account" value="${user.oid}">
<button class="main" name="action" value="approve" autofocus>Approve</button>
<button name="action" value="cancel">Cancel</button>
</form>`;
}
