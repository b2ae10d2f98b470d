import { render } from 'lit/html.js';
import { leaveForEntra, takeReturnedAction } from '../shared/browser/entra-visit.ts';
import { createPendingActions } from '../shared/browser/pending-action.ts';
import { createApi } from './api.ts';
import type { Person, SignIn } from './auth/sign-in.ts';
import { openChain } from './chain/chain-view.ts';
import { openDocumentList } from './documents/document-list-view.ts';
import { openDocument, openNewDocument } from './documents/document-view.ts';
import { createDrafts } from './editing/drafts.ts';
import { openJourney } from './journey/journey-view.ts';
import { createPeople } from './people/people.ts';
import { createEmulatorControl } from './policies/emulator-control.ts';
import { createPolicies, type Policies } from './policies/policies.ts';
import { openPolicies } from './policies/policies-view.ts';
import { openProfile } from './profile/profile-view.ts';
import { type Route, readRoute, writeRoute } from './router.ts';
import type { Settings } from './settings.ts';
import { openNotFound } from './ui/not-found-view.ts';
import { renderShell } from './ui/shell.ts';
import type { View, ViewContext } from './ui/view.ts';

/** Milliseconds that a short message stays on the page. */
const announcementDuration = 4_000;
/** Milliseconds between two reads of the emulators' policies. */
const policyInterval = 4_000;

/** Runs the app for a signed-in user: opens the view of the current hash, and draws its changes. */
export function openApp(
  root: HTMLElement,
  settings: Settings,
  signIn: SignIn,
  person: Person,
): void {
  const drafts = createDrafts(sessionStorage, person.key);
  const pendingActions = createPendingActions(sessionStorage, person.key);
  let route: Route;
  let view: View | undefined;
  let announcement = '';
  let announcementTimer: ReturnType<typeof setTimeout> | undefined;
  let isDrawScheduled = false;
  let returned = takeReturnedAction(pendingActions, signIn.visit, location.hash);

  const api = createApi({ baseUrl: settings.originalApiUrl, acquireToken: signIn.acquireToken });
  const context: ViewContext = {
    settings,
    person,
    drafts,
    api,
    people: createPeople({ api, person, refresh: () => context.refresh() }),
    refresh() {
      if (isDrawScheduled) return;
      isDrawScheduled = true;
      queueMicrotask(draw);
    },
    announce(text) {
      clearTimeout(announcementTimer);
      if (text !== '')
        announcementTimer = setTimeout(() => context.announce(''), announcementDuration);
      announcement = text;
      context.refresh();
    },
    go: (to) => location.assign(writeRoute(to)),
    startInteraction: (problem, pending) =>
      leaveForEntra(problem, { page: location.hash, ...pending }, pendingActions, signIn),
    get returned() {
      return returned;
    },
  };
  const emulators = createEmulatorControl(settings);
  const policies = emulators && createPolicies(emulators, context.refresh);

  addEventListener('hashchange', openCurrentView);
  root.addEventListener('click', reopenOnClick);
  addEventListener('pageshow', reloadFromCache);
  if (policies) setInterval(() => refreshPolicies(policies), policyInterval);
  openCurrentView();

  function draw(): void {
    isDrawScheduled = false;
    if (!view) return;
    document.title = `${view.title()} · Zero Trust API chain`;
    render(renderShell({ route, view, person, announcement, policies, signOut }), root);
  }

  function openCurrentView(): void {
    route = readRoute(location.hash);
    view?.close?.();
    view = openView();
    void policies?.read();
    returned = undefined;
    draw();
    root.querySelector('h1')?.focus();
    scrollTo(0, 0);
  }

  function openView(): View {
    switch (route.view) {
      case 'documents':
        return openDocumentList(context);
      case 'document':
        return openDocument(context, route.id);
      case 'new-document':
        return openNewDocument(context);
      case 'profile':
        return openProfile(context, route.userId);
      case 'journey':
        return openJourney(context);
      case 'chain':
        return emulators ? openChain(context, emulators) : openNotFound();
      case 'policies':
        return policies ? openPolicies(context, policies) : openNotFound();
      case 'not-found':
        return openNotFound();
    }
  }

  /**
   * Opens the page again after a click on a link to it, as a reload would. Such a click does not
   * change the hash.
   */
  function reopenOnClick({ target }: MouseEvent): void {
    const link = target instanceof Element ? target.closest('a') : null;
    if (link?.hash && link.hash === location.hash) openCurrentView();
  }

  function signOut(): void {
    drafts.clear();
    signIn.signOut().catch(reportError);
  }
}

/** A page from the back/forward cache has the state in which it was left, on the way to Entra. */
function reloadFromCache({ persisted }: PageTransitionEvent): void {
  if (persisted) location.reload();
}

/** Another tab or the command line may change the policies. */
function refreshPolicies(policies: Policies): void {
  if (!document.hidden) void policies.read();
}
