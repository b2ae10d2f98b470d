import { html, type TemplateResult } from 'lit/html.js';
import type { Person } from '../auth/sign-in.ts';
import { renderActivePolicies } from '../policies/active-policies.ts';
import type { Policies } from '../policies/policies.ts';
import { type Route, writeRoute } from '../router.ts';
import { renderBrand } from './brand.ts';
import { initials } from './format.ts';
import { icons } from './icons.ts';
import type { View } from './view.ts';

/** A link of the main navigation. */
interface NavigationItem {
  /** Where the link leads. */
  readonly route: Route;
  readonly name: string;
  readonly icon: TemplateResult<2>;
  /** The views that mark this link as the current page. */
  readonly views: readonly Route['view'][];
}

const items: readonly NavigationItem[] = [
  {
    route: { view: 'documents' },
    name: 'Documents',
    icon: icons.documents,
    views: ['documents', 'document', 'new-document'],
  },
  {
    route: { view: 'profile', userId: 'me' },
    name: 'Profile',
    icon: icons.profile,
    views: ['profile'],
  },
  { route: { view: 'journey' }, name: 'Journey', icon: icons.journey, views: ['journey'] },
];

/** The views that need the local emulators. */
const emulatorItems: readonly NavigationItem[] = [
  { route: { view: 'chain' }, name: 'Chain', icon: icons.chain, views: ['chain'] },
  { route: { view: 'policies' }, name: 'Policies', icon: icons.policies, views: ['policies'] },
];

/** What the shell shows around a view. */
export interface ShellOptions {
  /** The route of the view. */
  readonly route: Route;
  /** The current view. */
  readonly view: View;
  /** The signed-in user. */
  readonly person: Person;
  /** The short message to show and to send to screen readers. Empty without one. */
  readonly announcement: string;
  /** `undefined` without the local emulators. */
  readonly policies: Policies | undefined;
  /** Called by the sign-out button. */
  readonly signOut: () => void;
}

/** The page around a view: header, navigation, the signed-in user and announcements. */
export function renderShell(options: ShellOptions) {
  const { view, policies, announcement } = options;
  const skip = (event: Event) => {
    event.preventDefault();
    document.querySelector<HTMLElement>('h1')?.focus();
  };
  return html`<a class="skip-link" href="#main" @click=${skip}>Skip to the content</a>
    <header class="header">
      <div class="header-content">
        ${renderBrand()} ${renderNavigation(options)} ${renderPerson(options)}
      </div>
    </header>
    ${renderActivePolicies(policies, true)}
    <main class="page" id="main">${view.render()}</main>
    <div class="toast" role="status" aria-live="polite">${announcement}</div>`;
}

function renderNavigation({ route, policies }: ShellOptions) {
  const shownItems = policies ? [...items, ...emulatorItems] : items;
  return html`<nav class="navigation" aria-label="Main">
    ${shownItems.map((item) => {
      const current = item.views.includes(route.view) ? 'page' : 'false';
      return html`<a class="navigation-item" href=${writeRoute(item.route)} aria-current=${current}>
        ${item.icon}<span>${item.name}</span>
      </a>`;
    })}
  </nav>`;
}

function renderPerson({ person, signOut }: ShellOptions) {
  return html`<div class="person">
    <span class="avatar" aria-hidden="true">${initials(person.name)}</span>
    <span class="person-name">
      <strong>${person.name}</strong><small>${person.userName}</small>
    </span>
    <button class="button button-quiet" aria-label="Sign out" @click=${signOut}>
      ${icons.signOut}<span class="sign-out-label">Sign out</span>
    </button>
  </div>`;
}
