import type { ReturnedAction } from '../../shared/browser/entra-visit.ts';
import type { Problem } from '../../shared/browser/problem.ts';
import type { ViewContext } from '../ui/view.ts';
import type { DirectoryUser } from './directory.ts';
import { parseObjectIds } from './object-ids.ts';
import {
  createPeopleSearch,
  type PeopleSearch,
  type PeopleSearchOptions,
} from './people-search.ts';

/**
 * A field to choose people. It searches by name while the user types, and accepts object ids. When
 * people cannot be looked up, it accepts only object ids.
 */
export interface PeoplePicker {
  /** The name of the field, unique on the page. */
  readonly name: string;
  /** The text of the field, and what it finds. */
  readonly search: PeopleSearch;
  /** The object ids of the chosen people. */
  readonly chosen: readonly string[];
  /** The found people, except for the user and the chosen people. */
  readonly options: readonly DirectoryUser[];
  /** Whether the list of options is visible. */
  readonly isOpen: boolean;
  /** Whether the field has the focus. */
  readonly hasFocus: boolean;
  /** The object id of the option that Enter chooses. */
  readonly activeId: string | undefined;
  /** The words that the user tried to add, but that are not object ids. */
  readonly rejected: readonly string[];
  /** Why only object ids are accepted. `undefined` while people can be looked up. */
  readonly problem: Problem | undefined;
  /** Whether the user returned from Entra to this field, which then gets the focus. */
  readonly isResumed: boolean;
  /** Changes the text of the field. */
  type(text: string): Promise<void>;
  /**
   * Handles a key as the combobox pattern describes
   * (https://www.w3.org/WAI/ARIA/apg/patterns/combobox/).
   * @returns whether the browser must ignore the key
   */
  press(key: { readonly key: string; readonly altKey: boolean }): boolean;
  /** Adds a person, and empties the field. */
  add(id: string): void;
  /** Removes a person. */
  remove(id: string): void;
  /** Called when the field gets the focus. */
  focus(): void;
  /** Called when the field loses the focus. Adds the object ids in it. */
  blur(): void;
  /** Searches by name again, after people could not be looked up. */
  retry(): void;
  /** Continues the search that a visit to Entra interrupted. Does nothing for another action. */
  resume(returned: ReturnedAction | undefined): void;
}

/** What a picker works with. */
export interface PeoplePickerOptions extends PeopleSearchOptions {
  /** The view's access to the app. */
  readonly context: PeopleSearchOptions['context'] & Pick<ViewContext, 'person' | 'announce'>;
  /** Returns the object ids of the chosen people. */
  readonly getChosen: () => readonly string[];
  /** Replaces the chosen people. */
  readonly setChosen: (ids: readonly string[]) => void;
}

/** Creates a picker without a text. */
export function createPeoplePicker(options: PeoplePickerOptions): PeoplePicker {
  const { context, name, getChosen, setChosen } = options;
  const { people, person, refresh } = context;
  const search = createPeopleSearch(options);
  let hasFocus = false;
  let isResumed = false;
  let isExpanded = false;
  let activeId: string | undefined;
  let rejected: readonly string[] = [];

  const picker: PeoplePicker = {
    name,
    search,
    get chosen() {
      return getChosen();
    },
    get options() {
      const hidden = [person.oid, ...getChosen()];
      return search.found.filter(({ id }) => !hidden.includes(id));
    },
    get isOpen() {
      return hasFocus && isExpanded && !picker.problem && picker.options.length > 0;
    },
    get hasFocus() {
      return hasFocus;
    },
    get activeId() {
      const isOption = picker.options.some(({ id }) => id === activeId);
      return picker.isOpen && isOption ? activeId : undefined;
    },
    get rejected() {
      return rejected;
    },
    get problem() {
      return search.failure?.problem ?? people.unavailable;
    },
    get isResumed() {
      return isResumed;
    },
    type(text) {
      rejected = [];
      expand(true);
      return search.type(text);
    },
    press({ key, altKey }) {
      // A field for object ids has no list.
      if (picker.problem && key !== 'Enter') return false;
      switch (key) {
        case 'ArrowDown':
        case 'ArrowUp':
          return pressArrow(key === 'ArrowDown' ? 1 : -1, altKey);
        case 'Enter':
          pressEnter();
          // The form must not be submitted.
          return true;
        case 'Escape':
          return pressEscape();
        default:
          // The cursor moves in the text, so no option is active.
          if (/^(Arrow(Left|Right)|Home|End)$/.test(key)) activate(undefined);
          return false;
      }
    },
    add(id) {
      empty();
      addAll([id]);
    },
    remove(id) {
      setChosen(getChosen().filter((chosenId) => chosenId !== id));
      context.announce(`${people.nameOf(id)} removed.`);
    },
    focus() {
      hasFocus = true;
      refresh();
    },
    blur() {
      hasFocus = false;
      expand(false);
      addObjectIds();
    },
    retry() {
      people.retry();
      rejected = [];
      expand(true);
      void search.run();
    },
    resume(returned) {
      isResumed = search.resume(returned);
      if (isResumed) expand(true);
    },
  };
  return picker;

  function expand(expanded: boolean): void {
    isExpanded = expanded;
    activate(undefined);
  }

  function activate(id: string | undefined): void {
    activeId = id;
    refresh();
  }

  function pressArrow(step: 1 | -1, altKey: boolean): boolean {
    if (altKey) {
      expand(step === 1);
      return true;
    }
    const current = picker.activeId;
    if (!isExpanded) expand(true);
    if (!search.isCurrent) void search.run();
    const ids = picker.options.map(({ id }) => id);
    const start = step === 1 ? -1 : 0;
    const index = current === undefined ? start : ids.indexOf(current);
    activate(ids.at((index + step) % ids.length));
    return true;
  }

  function pressEnter(): void {
    if (picker.activeId !== undefined) {
      picker.add(picker.activeId);
      return;
    }
    addObjectIds();
    if (picker.problem) rejected = parseObjectIds(search.text).rest;
    refresh();
  }

  /** Closes the list. Without a list, empties the field. */
  function pressEscape(): boolean {
    if (picker.isOpen) expand(false);
    else if (search.text !== '') empty();
    else return false;
    return true;
  }

  function empty(): void {
    rejected = [];
    expand(false);
    void search.type('');
  }

  function addAll(ids: readonly string[]): void {
    setChosen([...new Set([...getChosen(), ...ids])]);
    const [first = ''] = ids;
    const who = ids.length === 1 ? people.nameOf(first) : `${ids.length} people`;
    context.announce(`${who} added.`);
  }

  /** Adds the object ids in the field. Other words stay in it. */
  function addObjectIds(): void {
    const { ids, rest } = parseObjectIds(search.text);
    if (ids.length === 0) return;
    void search.type(rest.join(' '));
    addAll(ids);
  }
}
