import type { User } from '../directory.ts';
import type { Refusal } from '../refusal.ts';
import { type Html, html } from './page.ts';

/**
 * Renders a refusal that the user cannot resolve on a page.
 * @param user The signed-in user. Pass it only after the redirect URI has been checked, because the
 *   page then has a button that returns to the app.
 */
export function renderRefusalPage(refusal: Refusal, correlationId: string, user?: User): Html {
  const returnForm =
    user &&
    html`
<form method="post">
<input type="hidden" name="account" value="${user.oid}">
<button name="action" value="back">Return to the app</button>
</form>`;
  return html`
<h1>You cannot sign in</h1>
<p class="alert" role="alert">${refusal.message}</p>
<p class="soft">Correlation id <code>${correlationId}</code></p>${returnForm}`;
}
