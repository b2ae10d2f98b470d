import { createActionRunner, type Failure } from '../../shared/browser/action-runner.ts';
import { browserClock, type Clock } from '../../shared/browser/clock.ts';
import type { ReturnedAction } from '../../shared/browser/entra-visit.ts';
import type { Problem } from '../../shared/browser/problem.ts';
import { requiresInteraction } from '../../shared/browser/recovery.ts';
import type { ViewContext } from '../ui/view.ts';
import { type DirectoryUser, maxSearchLength } from './directory.ts';
import { parseObjectIds } from './object-ids.ts';

/** The text of a field, and the people whose names start with it. */
export interface PeopleSearch {
  /** The content of the field. */
  readonly text: string;
  /** Whether the field has a text to search for. A text with an object id is not searched for. */
  readonly hasQuery: boolean;
  /** The people that the last search found. Empty without a text to search for. */
  readonly found: readonly DirectoryUser[];
  /** Whether `found` is the result for the text in the field, and not for an earlier text. */
  readonly isCurrent: boolean;
  /** Why the last search failed, if the user can solve it at Entra. */
  readonly failure: Failure | undefined;
  /**
   * Changes the text, and searches for it once the user has stopped typing, unless people cannot be
   * looked up.
   */
  type(text: string): Promise<void>;
  /** Searches for the text now, unless `found` is current. */
  run(): Promise<void>;
  /**
   * Continues the search that a visit to Entra interrupted, with the same text.
   * @returns whether the user returns from such a visit
   */
  resume(returned: ReturnedAction | undefined): boolean;
  /** Cancels a search that waits for the user to stop typing. */
  close(): void;
}

/** What a search works with. */
export interface PeopleSearchOptions {
  /** The view's access to the app. */
  readonly context: Pick<ViewContext, 'people' | 'refresh' | 'startInteraction'>;
  /** The name of the field, unique on the page. */
  readonly name: string;
  /** Replaces the browser's timers in tests. */
  readonly clock?: Clock;
}

/** Milliseconds between the last key stroke and the search. */
const searchDelay = 300;

/**
 * Creates a search without a text. It sends one request at a time, and drops a response when the
 * text has changed.
 */
export function createPeopleSearch(options: PeopleSearchOptions): PeopleSearch {
  const { context, name, clock = browserClock } = options;
  const { people, refresh, startInteraction } = context;
  const action = `find-${name}`;
  const actions = createActionRunner({ refresh, startInteraction, clock });
  let text = '';
  /** The number of changes to the text. */
  let edits = 0;
  /** The text to search for. Empty while the user types. */
  let wanted = '';
  let found: readonly DirectoryUser[] = [];
  /** The text that `found` is for. */
  let foundFor = '';

  function getQuery(): string {
    const hasIds = parseObjectIds(text).ids.length > 0;
    return hasIds ? '' : text.trim().slice(0, maxSearchLength);
  }

  function isCurrent(): boolean {
    return foundFor === getQuery();
  }

  function setText(newText: string): void {
    text = newText;
    edits += 1;
    wanted = '';
    if (getQuery() === '') {
      found = [];
      foundFor = '';
    }
    refresh();
  }

  async function findWanted(): Promise<void> {
    let sent = '';
    while (wanted !== '' && wanted !== sent) {
      sent = wanted;
      const result = await people.search(sent);
      if (wanted !== sent) continue;
      found = result;
      foundFor = sent;
    }
  }

  async function run(returned?: ReturnedAction): Promise<void> {
    if (isCurrent()) return;
    wanted = getQuery();
    // `people.unavailable` contains the other problems.
    const handle = (problem: Problem) => !requiresInteraction(problem);
    // A running search continues with the new text.
    await actions.run(action, findWanted, { handle, returned, input: text });
  }

  return {
    get text() {
      return text;
    },
    get hasQuery() {
      return getQuery() !== '';
    },
    get found() {
      return found;
    },
    get isCurrent() {
      return isCurrent();
    },
    get failure() {
      return actions.failure;
    },
    async type(newText) {
      setText(newText);
      const edit = edits;
      await clock.sleep(searchDelay);
      const canSearch = !people.unavailable && !actions.failure;
      if (edit === edits && canSearch) await run();
    },
    run: () => run(),
    resume(returned) {
      if (returned?.action !== action) return false;
      setText(typeof returned.input === 'string' ? returned.input : '');
      void run(returned);
      return true;
    },
    close() {
      edits += 1;
      actions.close();
    },
  };
}
