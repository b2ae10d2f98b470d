import type { ConsentItem } from '../consent-items.ts';
import type { User } from '../directory.ts';
import { type Html, html } from './page.ts';

const listItem = ({ client, resource, scopes }: ConsentItem) => html`
<h2>${client.displayName} → ${resource.displayName}</h2>
<ul>${scopes.map((scope) => html`<li><code>${scope}</code></li>`)}</ul>`;

const account = (user: User) => html`<input type="hidden" name="account" value="${user.oid}">`;

/** Which app wants what on behalf of the user. */
export function showConsent(user: User, appName: string, items: readonly ConsentItem[]): Html {
  return html`
<h1>Permissions requested</h1>
<p>${user.displayName} (${user.name}): ${appName} would like to do this on your behalf.</p>${items.map(listItem)}
<form method="post">
${account(user)}
<button class="main" name="action" value="accept" autofocus>Accept</button>
<button name="action" value="decline">Cancel</button>
</form>`;
}

/** The same where only an administrator may decide: there is nothing to accept. */
export function showAdminConsent(user: User, appName: string, items: readonly ConsentItem[]): Html {
  return html`
<h1>Need admin approval</h1>
<p>${user.displayName} (${user.name}): ${appName} needs permissions that only an administrator of your organisation can grant. Please ask one. (AADSTS90094)</p>${items.map(listItem)}
<form method="post">
${account(user)}
<button name="action" value="leave">Back to the app without granting consent</button>
</form>`;
}
