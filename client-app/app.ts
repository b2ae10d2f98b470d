import { render } from 'lit/html.js';
import { createApi } from './api.ts';
import { createDrafts } from './drafts.ts';
import { type Route, readRoute, writeRoute } from './router.ts';
import type { Settings } from './settings.ts';
import type { Person, SignIn } from './sign-in.ts';
import type { View, ViewContext } from './view.ts';
import { openDocument, openNewDocument } from './views/document.ts';
import { openDocuments } from './views/documents.ts';
import { openJourney } from './views/journey.ts';
import { openNowhere } from './views/nowhere.ts';
import { openProfile } from './views/profile.ts';
import { renderShell } from './views/shell.ts';

/** How long a short message stays on the screen, in milliseconds. */
const toastLife = 4_000;

/** Runs the app for a signed-in person: follows the hash, keeps one view open, draws when something changed. */
export function openApp(root: HTMLElement, settings: Settings, signIn: SignIn, person: Person): void {
  const drafts = createDrafts(sessionStorage, person.key);
  let route: Route;
  let view: View;
  let said = '';
  let due = false;
  let toast: ReturnType<typeof setTimeout> | undefined;

  const draw = () => {
    due = false;
    document.title = `${view.title()} · Zero Trust API chain`;
    render(renderShell({ route, view, person, said, signOut }), root);
  };
  const context: ViewContext = {
    settings,
    signIn,
    person,
    drafts,
    api: createApi({ baseUrl: settings.originalApiUrl, acquireToken: signIn.acquireToken }),
    refresh() {
      if (due) return;
      due = true;
      queueMicrotask(draw);
    },
    announce(text) {
      clearTimeout(toast);
      if (text !== '') toast = setTimeout(() => context.announce(''), toastLife);
      said = text;
      context.refresh();
    },
    go: (to) => location.assign(writeRoute(to)),
  };
  const signOut = () => {
    drafts.clear();
    signIn.end().catch(reportError);
  };
  const follow = () => {
    route = readRoute(location.hash);
    view = open(route, context);
    draw();
    root.querySelector('h1')?.focus();
    scrollTo(0, 0);
  };
  addEventListener('hashchange', follow);
  follow();
}

function open(route: Route, context: ViewContext): View {
  switch (route.view) {
    case 'documents':
      return openDocuments(context);
    case 'document':
      return openDocument(context, route.id);
    case 'new-document':
      return openNewDocument(context);
    case 'profile':
      return openProfile(context, route.userId);
    case 'journey':
      return openJourney(context);
    case 'nowhere':
      return openNowhere();
  }
}
