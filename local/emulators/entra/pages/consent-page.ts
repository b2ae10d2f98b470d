import type { ConsentItem } from '../consent-items.ts';
import type { User } from '../directory.ts';
import { type Html, html } from './page.ts';

function renderItem({ client, resource, scopes }: ConsentItem): Html {
  return html`
<h2>${client.displayName} → ${resource.displayName}</h2>
<ul>${scopes.map((scope) => html`<li><code>${scope}</code></li>`)}</ul>`;
}

function renderAccountField(user: User): Html {
  return html`<input type="hidden" name="account" value="${user.oid}">`;
}

/** Renders the page on which the user accepts or declines permissions. */
export function renderConsentPage(
  user: User,
  appName: string,
  items: readonly ConsentItem[],
): Html {
  return html`
<h1>Permissions requested</h1>
<p>
${user.displayName} (${user.name}): ${appName} would like these permissions on your behalf.
</p>${items.map(renderItem)}
<form method="post">
${renderAccountField(user)}
<button class="main" name="action" value="accept" autofocus>Accept</button>
<button name="action" value="decline">Cancel</button>
</form>`;
}

/** Renders the page for permissions that only an administrator can grant. */
export function renderAdminConsentPage(
  user: User,
  appName: string,
  items: readonly ConsentItem[],
): Html {
  return html`
<h1>Need admin approval</h1>
<p>
${user.displayName} (${user.name}): ${appName} needs permissions that only an administrator of your
organisation can grant. Ask an administrator. (AADSTS90094)
</p>${items.map(renderItem)}
<form method="post">
${renderAccountField(user)}
<button name="action" value="leave">Return to the app without granting consent</button>
</form>`;
}
