import type { ApiAnswer } from './api.ts';
import { type Attempts, createAttempts } from './attempts.ts';
import type { Returned } from './interruptions.ts';
import { Refusal } from './problem.ts';
import type { ViewContext } from './view.ts';

/** One thing that a person edits: what is stored, what they typed, and what to do when somebody else was faster. */
export interface Editing<Stored, Value> {
  readonly attempts: Attempts;
  /** As last read or saved; undefined before that and for a new thing. */
  readonly stored: Stored | undefined;
  /** What the fields show; undefined until there is something to show. */
  readonly value: Value | undefined;
  /** Whether the fields hold something that is not stored. */
  readonly changed: boolean;
  /** Whether what they hold was typed before a reload or a redirect. */
  readonly restored: boolean;
  /** A save met a newer version; `theirs` is undefined when somebody deleted the thing. */
  readonly conflict: { readonly theirs: Stored | undefined } | undefined;
  /** Reads the thing and the draft, and goes on with a save that a visit to Entra interrupted. */
  load(): Promise<void>;
  edit(part: Partial<Value>): void;
  discard(): void;
  save(): Promise<void>;
  keepMine(): Promise<void>;
  takeTheirs(): void;
  /** The version that the person saw, for a change that is no save. */
  readonly seen: string | undefined;
}

export interface EditingOptions<Stored, Value> {
  readonly context: ViewContext;
  /** The draft's name, such as `documents/42`. */
  readonly thing: string;
  /** Where a new thing begins; absent for one that exists. */
  readonly blank?: Value;
  read(value: Value | undefined): Promise<ApiAnswer<Stored>>;
  write(value: Value, basedOn: string): Promise<ApiAnswer<Stored>>;
  editable(stored: Stored): Value;
  saved?(stored: Stored): void;
}

/** Holds the drafts and the versions so that nothing typed is lost and nothing newer is overwritten unseen. */
export function createEditing<Stored, Value extends object>(options: EditingOptions<Stored, Value>): Editing<Stored, Value> {
  const { context, thing } = options;
  const attempts = createAttempts(context);
  let stored: Stored | undefined;
  let seen: string | undefined;
  let value: Value | undefined;
  let basedOn = 'none';
  let restored = false;
  let conflict: { theirs: Stored | undefined; etag: string } | undefined;

  const base = () => (stored === undefined ? options.blank : options.editable(stored));
  const changed = () => value !== undefined && JSON.stringify(value) !== JSON.stringify(base());
  const keepDraft = () => {
    if (value !== undefined && changed()) context.drafts.write(thing, { value, basedOn });
    else context.drafts.drop(thing);
  };
  const adopt = (answer: ApiAnswer<Stored>) => {
    stored = answer.value;
    seen = answer.etag;
    basedOn = answer.etag ?? 'none';
    value = options.editable(answer.value);
    restored = false;
    conflict = undefined;
    context.drafts.drop(thing);
  };
  const meetConflict = async () => {
    const newest = await options.read(value).catch((error: unknown) => {
      if (error instanceof Refusal && error.problem.code === 'not_found') return undefined;
      throw error;
    });
    // Our own earlier save whose answer got lost: nothing to choose.
    if (newest && JSON.stringify(options.editable(newest.value)) === JSON.stringify(value)) adopt(newest);
    else conflict = { theirs: newest?.value, etag: newest?.etag ?? 'none' };
    return true;
  };

  const save = (returned: Returned | undefined) =>
    attempts.run(
      'save',
      async () => {
        if (value === undefined) return;
        const sent = value;
        const answer = await options.write(sent, basedOn);
        const typed = value;
        adopt(answer);
        if (typed !== sent) editing.edit(typed);
        context.announce(returned ? 'Thank you. What you typed is saved now.' : 'Saved.');
        options.saved?.(answer.value);
      },
      { handle: (problem) => problem.code === 'conflict' && meetConflict(), returned },
    );

  const editing: Editing<Stored, Value> = {
    attempts,
    get stored() {
      return stored;
    },
    get value() {
      return value;
    },
    get changed() {
      return changed();
    },
    get restored() {
      return restored;
    },
    get conflict() {
      return conflict;
    },
    get seen() {
      return seen;
    },
    async load() {
      const { returned } = context;
      const load = async () => {
        const draft = context.drafts.read<Value>(thing);
        if (options.blank === undefined) adopt(await options.read(undefined));
        if (draft) {
          value = draft.value;
          basedOn = draft.basedOn;
          restored = changed();
          keepDraft();
        } else value ??= options.blank;
      };
      await attempts.run('load', load, { returned });
      if (returned?.action === 'save' && !attempts.failure) await save(returned);
    },
    edit(part) {
      if (value !== undefined) value = { ...value, ...part };
      keepDraft();
      context.refresh();
    },
    discard() {
      value = base();
      basedOn = seen ?? 'none';
      restored = false;
      keepDraft();
      context.refresh();
    },
    save: () => save(undefined),
    async keepMine() {
      basedOn = conflict?.etag ?? basedOn;
      conflict = undefined;
      keepDraft();
      await editing.save();
    },
    takeTheirs() {
      if (conflict?.theirs === undefined) return;
      adopt({ value: conflict.theirs, etag: conflict.etag });
      context.announce('You now see the newer version.');
    },
  };
  return editing;
}
