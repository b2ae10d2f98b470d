import type { User } from '../directory.ts';
import type { Refusal } from '../refusal.ts';
import { type Html, html } from './page.ts';

/** A refusal that the person can do nothing about here. With a user the app's address is proven, so there is a way back. */
export function showRefusal(refusal: Refusal, correlationId: string, user?: User): Html {
  const back = html`
<form method="post">
<input type="hidden" name="account" value="${user?.oid}">
<button name="action" value="back">Back to the app</button>
</form>`;
  return html`
<h1>Sorry, this did not work</h1>
<p class="alert" role="alert">${refusal.message}</p>
<p class="soft">Correlation id <code>${correlationId}</code></p>${user ? back : undefined}`;
}
