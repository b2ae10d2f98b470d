import type { Failure } from '../../shared/browser/action-runner.ts';
import type { ReturnedAction } from '../../shared/browser/entra-visit.ts';
import type { Editor } from '../editing/editor.ts';
import { createPeoplePicker, type PeoplePicker } from '../people/people-picker.ts';
import type { ViewContext } from '../ui/view.ts';
import type { DocumentFields } from './documents.ts';

/** The choice of the people with whom a document is shared. */
export interface Sharing {
  /** Chooses who may read. */
  readonly readers: PeoplePicker;
  /** Chooses who may read and change. */
  readonly writers: PeoplePicker;
  /** Whether the section that contains the choice is open. */
  readonly isOpen: boolean;
  /** Why people cannot be searched by name, if the user can solve it at Entra. */
  readonly failure: Failure | undefined;
  /** Continues the search that a visit to Entra interrupted. Does nothing for another action. */
  resume(returned: ReturnedAction | undefined): void;
  /** Cancels a search that waits for the user to stop typing. */
  close(): void;
}

/**
 * Creates the choice of readers and writers.
 * @param editor contains the chosen people
 */
export function createSharing(
  context: ViewContext,
  editor: Editor<unknown, DocumentFields>,
): Sharing {
  let hasChanged = false;
  const createPicker = (name: 'readers' | 'writers') =>
    createPeoplePicker({
      context,
      name,
      getChosen: () => editor.value?.[name] ?? [],
      setChosen(ids) {
        hasChanged = true;
        editor.edit({ [name]: ids });
      },
    });
  const readers = createPicker('readers');
  const writers = createPicker('writers');
  const pickers = [readers, writers];

  return {
    readers,
    writers,
    get isOpen() {
      // After a change the section stays open, even when no people are left.
      return hasChanged || pickers.some(({ chosen, isResumed }) => isResumed || chosen.length > 0);
    },
    get failure() {
      return readers.search.failure ?? writers.search.failure;
    },
    resume(returned) {
      for (const picker of pickers) picker.resume(returned);
    },
    close() {
      for (const picker of pickers) picker.search.close();
    },
  };
}
