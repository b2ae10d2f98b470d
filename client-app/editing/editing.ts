import type { ApiAnswer } from '../api.ts';
import { type Attempts, createAttempts } from '../auth/attempts.ts';
import type { Returned } from '../auth/interruptions.ts';
import { Refusal } from '../auth/problem.ts';
import type { ViewContext } from '../ui/view.ts';

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
export function createEditing<Stored, Value extends object>(
  options: EditingOptions<Stored, Value>,
): Editing<Stored, Value> {
  const { context, thing } = options;
  /** The version that the next save names. */
  let basedOn = 'none';
  let conflictEtag = 'none';

  const base = () =>
    editing.stored === undefined ? options.blank : options.editable(editing.stored);
  const keepDraft = () => {
    if (editing.value !== undefined && editing.changed)
      context.drafts.write(thing, { value: editing.value, basedOn });
    else context.drafts.drop(thing);
  };
  const adopt = ({ value: stored, etag: seen }: ApiAnswer<Stored>) => {
    basedOn = seen ?? 'none';
    Object.assign(editing, {
      stored,
      seen,
      value: options.editable(stored),
      restored: false,
      conflict: undefined,
    });
    context.drafts.drop(thing);
  };
  const meetConflict = async () => {
    const newest = await options.read(editing.value).catch((error: unknown) => {
      if (error instanceof Refusal && error.problem.code === 'not_found') return undefined;
      throw error;
    });
    conflictEtag = newest?.etag ?? 'none';
    // Our own earlier save whose answer got lost: nothing to choose.
    if (newest && JSON.stringify(options.editable(newest.value)) === JSON.stringify(editing.value))
      adopt(newest);
    else editing.conflict = { theirs: newest?.value };
    return true;
  };

  const save = (returned: Returned | undefined) =>
    editing.attempts.run(
      'save',
      async () => {
        const { value: sent } = editing;
        if (sent === undefined) return;
        const answer = await options.write(sent, basedOn);
        const { value: typed = sent } = editing;
        adopt(answer);
        if (typed !== sent) editing.edit(typed);
        context.announce(returned ? 'Thank you. What you typed is saved now.' : 'Saved.');
        options.saved?.(answer.value);
      },
      { handle: (problem) => problem.code === 'conflict' && meetConflict(), returned },
    );

  const editing: {
    -readonly [Name in keyof Editing<Stored, Value>]: Editing<Stored, Value>[Name];
  } = {
    attempts: createAttempts(context),
    stored: undefined,
    value: undefined,
    restored: false,
    conflict: undefined,
    seen: undefined,
    get changed() {
      return (
        editing.value !== undefined && JSON.stringify(editing.value) !== JSON.stringify(base())
      );
    },
    async load() {
      const { returned } = context;
      const load = async () => {
        const draft = context.drafts.read<Value>(thing);
        if (options.blank === undefined) adopt(await options.read(undefined));
        if (draft) {
          editing.value = draft.value;
          basedOn = draft.basedOn;
          editing.restored = editing.changed;
          keepDraft();
        } else editing.value ??= options.blank;
      };
      await editing.attempts.run('load', load, { returned });
      if (returned?.action === 'save' && !editing.attempts.failure) await save(returned);
    },
    edit(part) {
      if (editing.value !== undefined) editing.value = { ...editing.value, ...part };
      keepDraft();
      context.refresh();
    },
    discard() {
      editing.value = base();
      basedOn = editing.seen ?? 'none';
      editing.restored = false;
      keepDraft();
      context.refresh();
    },
    save: () => save(undefined),
    async keepMine() {
      if (editing.conflict) basedOn = conflictEtag;
      editing.conflict = undefined;
      keepDraft();
      await editing.save();
    },
    takeTheirs() {
      if (editing.conflict?.theirs === undefined) return;
      adopt({ value: editing.conflict.theirs, etag: conflictEtag });
      context.announce('You now see the newer version.');
    },
  };
  return editing;
}
