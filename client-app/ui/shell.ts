import { html } from 'lit/html.js';
import { initials } from './format.ts';
import type { Policies } from '../policies/policies.ts';
import { type Route, writeRoute } from '../router.ts';
import type { Person } from '../auth/sign-in.ts';
import type { View } from './view.ts';
import { renderBrand } from './brand.ts';
import { icons } from './icons.ts';
import { renderTurned } from '../policies/active-policies.ts';

const places = [
  {
    route: { view: 'documents' },
    name: 'Documents',
    icon: icons.documents,
    covers: ['documents', 'document', 'new-document'],
  },
  {
    route: { view: 'profile', userId: 'me' },
    name: 'Profile',
    icon: icons.profile,
    covers: ['profile'],
  },
  { route: { view: 'journey' }, name: 'Journey', icon: icons.journey, covers: ['journey'] },
] as const satisfies readonly Place[];

/** The views that only the local emulators has. */
const placesOfEmulators = [
  { route: { view: 'chain' }, name: 'Chain', icon: icons.chain, covers: ['chain'] },
  { route: { view: 'policies' }, name: 'Policies', icon: icons.policies, covers: ['policies'] },
] as const satisfies readonly Place[];

interface Place {
  readonly route: Route;
  readonly name: string;
  readonly icon: unknown;
  readonly covers: readonly Route['view'][];
}

/** What surrounds every view: brand, places to go, the person, and the messages read aloud. */
export function renderShell(shown: {
  route: Route;
  view: View;
  person: Person;
  said: string;
  /** Absent where there is no local emulators. */
  policies: Policies | undefined;
  signOut: () => void;
}) {
  const skip = (event: Event) => {
    event.preventDefault();
    document.querySelector<HTMLElement>('h1')?.focus();
  };
  return html`<a class="skip" href="#main" @click=${skip}>Skip to the content</a>
    <header class="bar">
      <div class="bar-inside">
        ${renderBrand()}
        <nav class="places" aria-label="Main">
          ${[...places, ...(shown.policies ? placesOfEmulators : [])].map(
            ({ route, name, icon, covers }) => {
              const here = (covers as readonly string[]).includes(shown.route.view);
              return html`<a class="place" href=${writeRoute(route)} aria-current=${here ? 'page' : 'false'}>${icon}<span>${name}</span></a>`;
            },
          )}
        </nav>
        <div class="person">
          <span class="avatar" aria-hidden="true">${initials(shown.person.name)}</span>
          <span class="person-name"><strong>${shown.person.name}</strong><small>${shown.person.userName}</small></span>
          <button class="button button-quiet" aria-label="Sign out" @click=${shown.signOut}>${icons.signOut}<span class="sign-out-words">Sign out</span></button>
        </div>
      </div>
    </header>
    ${renderTurned(shown.policies, true)}
    <main class="page" id="main">${shown.view.render()}</main>
    <div class="toast" role="status" aria-live="polite">${shown.said}</div>`;
}
