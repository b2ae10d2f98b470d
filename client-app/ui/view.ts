import type { TemplateResult } from 'lit/html.js';
import type { Api } from '../api.ts';
import type { Drafts } from '../editing/drafts.ts';
import type { Interruption, Returned } from '../auth/interruptions.ts';
import type { Problem } from '../auth/problem.ts';
import type { Route } from '../router.ts';
import type { Settings } from '../settings.ts';
import type { Person, SignIn } from '../auth/sign-in.ts';

/** One page of the app. It holds its own state and draws itself; the app draws what surrounds it. */
export interface View {
  title(): string;
  render(): TemplateResult;
  /** The person leaves it. */
  close?(): void;
}

/** What the app gives to a view. */
export interface ViewContext {
  readonly settings: Settings;
  readonly api: Api;
  readonly signIn: SignIn;
  readonly person: Person;
  readonly drafts: Drafts;
  /** Draws again, soon, after the view's state changed. */
  refresh(): void;
  /** Says something short to people who cannot see it happen, and shows it for a moment to those who can. */
  announce(text: string): void;
  go(route: Route): void;
  /** Leaves for Entra with what the problem needs, and remembers the action, which goes on afterwards. @throws Refusal when it cannot leave */
  interact(problem: Problem, interruption: Omit<Interruption, 'hash'>): Promise<void>;
  /** For the view that opens after a visit to Entra: what was interrupted there. */
  readonly returned: Returned | undefined;
}
