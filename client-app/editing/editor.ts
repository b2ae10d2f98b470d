import { type ActionRunner, createActionRunner } from '../../shared/browser/action-runner.ts';
import type { ReturnedAction } from '../../shared/browser/entra-visit.ts';
import { ProblemError } from '../../shared/browser/problem.ts';
import type { ApiResult } from '../api.ts';
import type { ViewContext } from '../ui/view.ts';

/**
 * Edits one resource, such as a document.
 * `Stored` is the resource as the API returns it, `Value` is what the fields show.
 */
export interface Editor<Stored, Value> {
  /** Runs `load` and `save`, and further actions of the view. */
  readonly actions: ActionRunner;
  /** The resource as last loaded or saved. `undefined` for a new one, and before it is loaded. */
  readonly stored: Stored | undefined;
  /** The ETag of `stored`. */
  readonly etag: string | undefined;
  /** What the fields show. `undefined` before it is loaded. */
  readonly value: Value | undefined;
  /** Whether the fields differ from `stored`. */
  readonly changed: boolean;
  /** Whether the fields show a draft from before a reload or a redirect. */
  readonly restored: boolean;
  /**
   * Present after a save that failed because the stored version is another one. `theirs` is that
   * version, or `undefined` for a deleted resource.
   */
  readonly conflict: { readonly theirs: Stored | undefined } | undefined;
  /** Loads the resource and the draft. Then continues a save that a visit to Entra interrupted. */
  load(): Promise<void>;
  /** Changes some fields. */
  edit(part: Partial<Value>): void;
  /** Replaces the fields with what is stored. */
  discard(): void;
  /** Saves the fields. A newer version becomes a `conflict`. */
  save(): Promise<void>;
  /** Solves a conflict: overwrites the newer version. */
  keepMine(): Promise<void>;
  /** Solves a conflict: drops the changes. */
  takeTheirs(): void;
}

/** What an editor needs to know about its resource. */
export interface EditorOptions<Stored, Value> {
  /** The view's access to the app. */
  readonly context: ViewContext;
  /** The key of the draft, such as `documents/42`. */
  readonly draftKey: string;
  /** The initial value of a new resource. Absent for an existing one. */
  readonly blank?: Value;
  /** Reads the resource. `value` is what the fields show, if anything. */
  read(value: Value | undefined): Promise<ApiResult<Stored>>;
  /** Writes the resource. `basedOn` is the ETag to replace, or `none` to create it. */
  write(value: Value, basedOn: string): Promise<ApiResult<Stored>>;
  /** Converts the resource to what the fields show. */
  toValue(stored: Stored): Value;
  /** Called after each save. */
  onSaved?(stored: Stored): void;
}

type Mutable<T> = { -readonly [Name in keyof T]: T[Name] };

/**
 * Creates an editor. It stores a draft of every change, so that no input is lost. Every save names
 * the version that the change is based on, so that it cannot overwrite a newer version unseen.
 */
export function createEditor<Stored, Value extends object>(
  options: EditorOptions<Stored, Value>,
): Editor<Stored, Value> {
  const { context, draftKey } = options;
  const actions = createActionRunner(context);
  /** The ETag of the version that the next save replaces, or `none`. */
  let basedOn = 'none';
  /** The ETag of the newer version in a conflict, or `none` for a deleted resource. */
  let conflictEtag = 'none';

  const editor: Mutable<Editor<Stored, Value>> = {
    actions,
    stored: undefined,
    etag: undefined,
    value: undefined,
    get changed() {
      return editor.value !== undefined && !isEqual(editor.value, storedValue());
    },
    restored: false,
    conflict: undefined,
    async load() {
      const { returned } = context;
      await actions.run('load', loadWithDraft, { returned });
      if (returned?.action === 'save' && !actions.failure) await save(returned);
    },
    edit(part) {
      if (editor.value !== undefined) editor.value = { ...editor.value, ...part };
      updateDraft();
      context.refresh();
    },
    discard() {
      editor.value = storedValue();
      editor.restored = false;
      basedOn = editor.etag ?? 'none';
      updateDraft();
      context.refresh();
    },
    save: () => save(undefined),
    async keepMine() {
      if (editor.conflict) basedOn = conflictEtag;
      editor.conflict = undefined;
      updateDraft();
      await editor.save();
    },
    takeTheirs() {
      if (editor.conflict?.theirs === undefined) return;
      adopt({ value: editor.conflict.theirs, etag: conflictEtag });
      context.announce('You now see the newer version.');
    },
  };
  return editor;

  async function loadWithDraft(): Promise<void> {
    const draft = context.drafts.read<Value>(draftKey);
    if (options.blank === undefined) adopt(await options.read(undefined));
    if (!draft) {
      editor.value ??= options.blank;
      return;
    }
    editor.value = draft.value;
    editor.restored = editor.changed;
    basedOn = draft.basedOn;
    updateDraft();
  }

  async function save(returned: ReturnedAction | undefined): Promise<void> {
    const write = async () => {
      const { value: sent } = editor;
      if (sent === undefined) return;
      const result = await options.write(sent, basedOn);
      const { value: current = sent } = editor;
      adopt(result);
      // The user may have continued to type while the request ran.
      if (current !== sent) editor.edit(current);
      context.announce(returned ? 'Thank you. What you typed is saved now.' : 'Saved.');
      options.onSaved?.(result.value);
    };
    await actions.run('save', write, {
      returned,
      handle: ({ code }) => code === 'conflict' && openConflict(),
    });
  }

  /** Replaces the state with a version from the API, and removes the draft. */
  function adopt({ value: stored, etag }: ApiResult<Stored>): void {
    editor.stored = stored;
    editor.etag = etag;
    editor.value = options.toValue(stored);
    editor.restored = false;
    editor.conflict = undefined;
    basedOn = etag ?? 'none';
    context.drafts.remove(draftKey);
  }

  async function openConflict(): Promise<true> {
    const newest = await readIfExists();
    conflictEtag = newest?.etag ?? 'none';
    // The newer version may be an earlier save of this editor whose response was lost.
    const isOwnSave = newest !== undefined && isEqual(options.toValue(newest.value), editor.value);
    if (isOwnSave) adopt(newest);
    else editor.conflict = { theirs: newest?.value };
    return true;
  }

  async function readIfExists(): Promise<ApiResult<Stored> | undefined> {
    try {
      return await options.read(editor.value);
    } catch (error) {
      if (error instanceof ProblemError && error.problem.code === 'not_found') return undefined;
      throw error;
    }
  }

  function storedValue(): Value | undefined {
    return editor.stored === undefined ? options.blank : options.toValue(editor.stored);
  }

  function updateDraft(): void {
    if (editor.value !== undefined && editor.changed)
      context.drafts.write(draftKey, { value: editor.value, basedOn });
    else context.drafts.remove(draftKey);
  }
}

function isEqual(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
