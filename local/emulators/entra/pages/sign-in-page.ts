import type { Directory, Tenant, User } from '../directory.ts';
import { type Html, html } from './page.ts';

interface SignInPage {
  readonly directory: Directory;
  /** `undefined`: the users of every tenant. */
  readonly tenant: Tenant | undefined;
  readonly appName: string;
  readonly loginHint: string | undefined;
  /** Why the last choice did not work. */
  readonly alert: string | undefined;
}

/** Whether a login hint means this user: by upn, as MSAL sends it, or by the emulators's short name. */
export function matchesHint({ name, upn }: User, hint: string | undefined): boolean {
  return hint !== undefined && [name, upn].includes(hint.toLowerCase().replace('#ext#', '#EXT#'));
}

/** One button per user of the tenant; a click signs in. */
export function showSignIn({ directory, tenant, appName, loginHint, alert }: SignInPage): Html {
  const tenants = tenant ? [tenant] : directory.tenants;
  const button = (user: User) => html`
<button name="user" value="${user.name}" data-user="${user.name}"${matchesHint(user, loginHint) ? html` autofocus` : undefined}>${user.name} — ${user.displayName}${user.note ? html`<small>${user.note}</small>` : undefined}</button>`;
  const group = ({ key, name }: Tenant) => html`
<h2>${name}</h2>${directory.users.filter((user) => user.tenant === key).map(button)}`;
  return html`
<h1>Sign in</h1>
<p>Who uses ${appName}?</p>
${alert ? html`<p class="alert" role="alert">${alert}</p>` : undefined}
<form method="post">${tenants.map(group)}
</form>`;
}
