import { html, nothing } from 'lit/html.js';
import type { Editor } from '../editing/editor.ts';
import { renderSaveBar } from '../editing/save-bar.ts';
import { renderCopyButton } from '../ui/copy-button.ts';
import { formatAgo, shorten } from '../ui/format.ts';
import { icons } from '../ui/icons.ts';
import type { ViewContext } from '../ui/view.ts';
import type { Document } from './documents.ts';

/** A document as the fields show it. `readers` and `writers` have one object id per line. */
export interface DocumentFields {
  readonly id: string;
  readonly title: string;
  readonly text: string;
  readonly readers: string;
  readonly writers: string;
}

/** Parses the object ids in a field. White space, commas and semicolons separate them. */
export function parseObjectIds(field: string): readonly string[] {
  const ids = field.split(/[\s,;]+/).filter((id) => id !== '');
  return [...new Set(ids)];
}

/** The content of a field for object ids, the inverse of `parseObjectIds`. */
export function formatObjectIds(ids: readonly string[]): string {
  return ids.join('\n');
}

/** What the form shows. */
export interface DocumentFormOptions {
  /** The view's access to the app. */
  readonly context: ViewContext;
  /** Saves the fields. */
  readonly editor: Editor<Document, DocumentFields>;
  /** The content of the fields. */
  readonly value: DocumentFields;
  /** `undefined` for a new document. */
  readonly stored: Document | undefined;
  /** Whether the user owns the document, and so can share and delete it. */
  readonly isOwner: boolean;
  /** Whether the user can change the title and the text. */
  readonly canWrite: boolean;
  /** Asks the user to confirm that the document is deleted. */
  readonly confirmDelete: () => void;
}

/** The form to edit, share and delete a document. */
export function renderDocumentForm(options: DocumentFormOptions) {
  const { context, editor, stored, isOwner } = options;
  const submit = (event: Event) => {
    event.preventDefault();
    void editor.save();
  };
  return html`<form class="editor" @submit=${submit}>
    ${renderContent(options)}
    <div class="editor-side stack">
      ${stored ? renderDetails(context, stored) : nothing}
      ${isOwner ? renderSharing(options) : nothing}
      ${stored && isOwner ? renderDeleteButton(options) : nothing}
    </div>
  </form>`;
}

type FieldName = Exclude<keyof DocumentFields, 'id'>;

function onInput({ editor }: DocumentFormOptions, name: FieldName) {
  return (event: Event) => {
    const { value } = event.target as HTMLInputElement | HTMLTextAreaElement;
    editor.edit({ [name]: value });
  };
}

function renderContent(options: DocumentFormOptions) {
  const { editor, value, canWrite } = options;
  const hint = value.title.trim() === '' ? 'A title is missing.' : undefined;
  return html`<div class="card stack">
    <div class="field">
      <label for="title">Title</label>
      <input
        id="title"
        class="title-field"
        required
        maxlength="200"
        autocomplete="off"
        ?readonly=${!canWrite}
        .value=${value.title}
        @input=${onInput(options, 'title')}
      >
    </div>
    <div class="field">
      <label for="text">Text</label>
      <textarea
        id="text"
        rows="12"
        ?readonly=${!canWrite}
        .value=${value.text}
        @input=${onInput(options, 'text')}
      ></textarea>
    </div>
    ${
      canWrite
        ? renderSaveBar(editor, hint)
        : html`<p class="hint">
            You may read this document. Its owner decides who may change it.
          </p>`
    }
  </div>`;
}

function renderSharing(options: DocumentFormOptions) {
  const { readers, writers } = options.value;
  const isShared = readers !== '' || writers !== '';
  return html`<details class="card sharing" ?open=${isShared}>
    <summary>Sharing</summary>
    <p class="hint" id="sharing-hint">
      Enter the object ids of users, one per line. Nobody else can see that this document exists.
    </p>
    ${renderObjectIdsField(options, 'readers', 'May read')}
    ${renderObjectIdsField(options, 'writers', 'May read and change')}
  </details>`;
}

function renderObjectIdsField(
  options: DocumentFormOptions,
  name: 'readers' | 'writers',
  label: string,
) {
  const { value, isOwner } = options;
  return html`<div class="field">
    <label for=${name}>${label}</label>
    <textarea
      id=${name}
      rows="3"
      class="code-field"
      spellcheck="false"
      aria-describedby="sharing-hint"
      ?readonly=${!isOwner}
      .value=${value[name]}
      @input=${onInput(options, name)}
    ></textarea>
  </div>`;
}

function renderDeleteButton({ editor: { actions }, confirmDelete }: DocumentFormOptions) {
  return html`<button
    type="button"
    class="button button-danger-quiet"
    ?disabled=${actions.busy !== undefined}
    @click=${confirmDelete}
  >
    ${icons.trash}${actions.busy === 'delete' ? 'Deleting…' : 'Delete document'}
  </button>`;
}

function renderDetails(context: ViewContext, { id, owner, modified }: Document) {
  const isOwn = owner === context.person.oid;
  const modifiedDate = new Date(modified);
  return html`<dl class="card details">
    <div class="detail">
      <dt>Owner</dt>
      <dd>${isOwn ? 'You' : renderCopyButton(context, owner, { label: shorten(owner) })}</dd>
    </div>
    <div class="detail">
      <dt>Last saved</dt>
      <dd>
        <time datetime=${modified} title=${modifiedDate.toLocaleString('en')}>
          ${formatAgo(modifiedDate)}
        </time>
      </dd>
    </div>
    <div class="detail">
      <dt>Id</dt>
      <dd>${renderCopyButton(context, id, { label: shorten(id) })}</dd>
    </div>
  </dl>`;
}
