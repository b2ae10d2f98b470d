import type { Directory, Tenant, User } from '../directory.ts';
import { type Html, html } from './page.ts';

/** What the sign-in page shows. */
export interface SignInPage {
  /** Where the users and the tenants come from. */
  readonly directory: Directory;
  /** The tenant whose users are listed. `undefined` for all tenants. */
  readonly tenant: Tenant | undefined;
  /** The display name of the app that the user signs in to. */
  readonly appName: string;
  /** The `login_hint` parameter. The button of this user gets the focus. */
  readonly loginHint: string | undefined;
  /** Why the chosen user cannot sign in. */
  readonly alert: string | undefined;
}

/** Whether a login hint names the user, by upn (as MSAL sends it) or by short name. */
export function matchesLoginHint({ name, upn }: User, hint: string | undefined): boolean {
  if (hint === undefined) return false;
  const normalized = hint.toLowerCase().replace('#ext#', '#EXT#');
  return normalized === name || normalized === upn;
}

function renderUser(user: User, loginHint: string | undefined): Html {
  const autofocus = matchesLoginHint(user, loginHint) ? html` autofocus` : undefined;
  const note = user.note ? html`<small>${user.note}</small>` : undefined;
  const { name, displayName } = user;
  const label = html`${name} — ${displayName}${note}`;
  return html`
<button name="user" value="${name}" data-user="${name}"${autofocus}>${label}</button>`;
}

/** Renders a button for each user. A click signs the user in. */
export function renderSignInPage(options: SignInPage): Html {
  const { directory, tenant, appName, loginHint, alert } = options;
  const tenants = tenant ? [tenant] : directory.tenants;
  const renderTenant = ({ key, name }: Tenant) => {
    const users = directory.users.filter((user) => user.tenant === key);
    return html`
<h2>${name}</h2>${users.map((user) => renderUser(user, loginHint))}`;
  };
  return html`
<h1>Sign in</h1>
<p>Choose a user for ${appName}.</p>
${alert ? html`<p class="alert" role="alert">${alert}</p>` : undefined}
<form method="post">${tenants.map(renderTenant)}
</form>`;
}
