import { render } from 'lit/html.js';
import { createApi } from './api.ts';
import { createDrafts } from './editing/drafts.ts';
import { createInterruptions, describeReturn, type Returned } from './auth/interruptions.ts';
import { createPolicies } from './policies/policies.ts';
import { needsOf } from './auth/remedy.ts';
import { type Route, readRoute, writeRoute } from './router.ts';
import type { Settings } from './settings.ts';
import type { Person, SignIn } from './auth/sign-in.ts';
import { createEmulators } from './policies/emulators.ts';
import type { View, ViewContext } from './ui/view.ts';
import { openChain } from './chain/chain-view.ts';
import { openDocument, openNewDocument } from './documents/document-view.ts';
import { openDocuments } from './documents/list-view.ts';
import { openJourney } from './journey/journey-view.ts';
import { openNowhere } from './ui/not-found-view.ts';
import { openPolicies } from './policies/policies-view.ts';
import { openProfile } from './profile/profile-view.ts';
import { renderShell } from './ui/shell.ts';

/** How long a short message stays on the screen, in milliseconds. */
const toastLife = 4_000;
/** Milliseconds between looks at the emulators's switches. */
const policyPause = 4_000;

/** Runs the app for a signed-in person: follows the hash, keeps one view open, draws when something changed. */
export function openApp(
  root: HTMLElement,
  settings: Settings,
  signIn: SignIn,
  person: Person,
): void {
  const drafts = createDrafts(sessionStorage, person.key);
  const interruptions = createInterruptions(sessionStorage, person.key);
  let route: Route;
  let view: View | undefined;
  let said = '';
  let due = false;
  let returned: Returned | undefined = takeReturned();
  let toast: ReturnType<typeof setTimeout> | undefined;

  const draw = () => {
    due = false;
    if (!view) return;
    document.title = `${view.title()} · Zero Trust API chain`;
    render(renderShell({ route, view, person, said, policies, signOut }), root);
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
    interact(problem, interruption) {
      interruptions.keep({ hash: location.hash, ...interruption });
      return signIn.act(needsOf(problem, settings.originalApiId), problem.correlationId);
    },
    get returned() {
      return returned;
    },
  };
  const emulators = createEmulators(settings);
  const policies = emulators && createPolicies(emulators, context.refresh);
  const signOut = () => {
    drafts.clear();
    signIn.end().catch(reportError);
  };
  const follow = () => {
    route = readRoute(location.hash);
    view?.close?.();
    view = openEmulators() ?? open(route, context);
    void policies?.read();
    returned = undefined;
    draw();
    root.querySelector('h1')?.focus();
    scrollTo(0, 0);
  };
  addEventListener('hashchange', follow);
  // A link to the page that is open already opens it anew.
  root.addEventListener('click', ({ target }) => {
    const link = target instanceof Element ? target.closest('a') : null;
    if (link?.hash !== undefined && link.hash !== '' && link.hash === location.hash) follow();
  });
  // Back from Entra by the browser's own button: the page is as it was left, in the middle of leaving.
  addEventListener('pageshow', ({ persisted }) => persisted && location.reload());
  // Somebody else may turn the switches, at the command line or in another tab.
  if (policies) setInterval(() => document.hidden || policies.read(), policyPause);
  follow();

  function openEmulators(): View | undefined {
    if (!emulators || !policies) return undefined;
    if (route.view === 'policies') return openPolicies(context, policies);
    return route.view === 'chain' ? openChain(context, emulators) : undefined;
  }

  function takeReturned(): Returned | undefined {
    const interruption = interruptions.take();
    if (!interruption || !signIn.answered || interruption.hash !== location.hash) return undefined;
    return describeReturn(interruption, signIn.failed);
  }
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
    default:
      return openNowhere();
  }
}
