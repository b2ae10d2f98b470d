import type { TemplateResult } from 'lit/html.js';
import type { ReturnedAction } from '../../shared/browser/entra-visit.ts';
import type { PendingAction } from '../../shared/browser/pending-action.ts';
import type { Problem } from '../../shared/browser/problem.ts';
import type { Api } from '../api.ts';
import type { Person } from '../auth/sign-in.ts';
import type { Drafts } from '../editing/drafts.ts';
import type { People } from '../people/people.ts';
import type { Route } from '../router.ts';
import type { Settings } from '../settings.ts';

/** One page of the app. It owns its state. The shell around it belongs to the app. */
export interface View {
  /** The title of the page. */
  title(): string;
  /** The content of the page. */
  render(): TemplateResult;
  /** Called when the user leaves the view. Removes its timers and listeners. */
  close?(): void;
}

/** The parts of the app that a view can use. */
export interface ViewContext {
  /** The settings of this deployment. */
  readonly settings: Settings;
  /** The client of Original API. */
  readonly api: Api;
  /** The signed-in user. */
  readonly person: Person;
  /** The people of the user's organization. */
  readonly people: People;
  /** The drafts of the signed-in user. */
  readonly drafts: Drafts;
  /** Draws the page again, once for all changes of the current task. */
  refresh(): void;
  /** Shows a short message for a moment, and sends it to screen readers. */
  announce(text: string): void;
  /** Opens another page of the app. */
  go(route: Route): void;
  /**
   * Stores the action and leaves the page for Entra. The action continues afterwards.
   * @throws {ProblemError} when the page cannot be left
   */
  startInteraction(problem: Problem, pending: Omit<PendingAction, 'page'>): Promise<void>;
  /** The pending action, for the view that opens when the user returns from Entra. */
  readonly returned: ReturnedAction | undefined;
}
