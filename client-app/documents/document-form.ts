import { html, nothing } from 'lit/html.js';
import type { Editor } from '../editing/editor.ts';
import { renderSaveBar } from '../editing/save-bar.ts';
import { renderPeoplePicker } from '../people/people-picker-view.ts';
import { renderCopyButton } from '../ui/copy-button.ts';
import { formatAgo, shorten } from '../ui/format.ts';
import { icons } from '../ui/icons.ts';
import type { ViewContext } from '../ui/view.ts';
import type { Document, DocumentFields } from './documents.ts';
import type { Sharing } from './sharing.ts';

/** What the form shows. */
export interface DocumentFormOptions {
  /** The view's access to the app. */
  readonly context: ViewContext;
  /** Saves the fields. */
  readonly editor: Editor<Document, DocumentFields>;
  /** The content of the fields. */
  readonly value: DocumentFields;
  /** Chooses the readers and the writers. */
  readonly sharing: Sharing;
  /** `undefined` for a new document. */
  readonly stored: Document | undefined;
  /** Whether the user owns the document, and so can share and delete it. */
  readonly isOwner: boolean;
  /** Whether the user can change the title and the text. */
  readonly canWrite: boolean;
  /** Opens the dialog in which the user confirms the deletion. */
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
      ${isOwner ? renderSharing(context, options.sharing) : nothing}
      ${stored && isOwner ? renderDeleteButton(options) : nothing}
    </div>
  </form>`;
}

function onInput({ editor }: DocumentFormOptions, name: 'title' | 'text') {
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

function renderSharing(context: ViewContext, { readers, writers, isOpen }: Sharing) {
  return html`<details class="card sharing" ?open=${isOpen}>
    <summary>Sharing</summary>
    <p class="hint">Only you and these people can see that this document exists.</p>
    ${renderPeoplePicker(context, readers, 'May read')}
    ${renderPeoplePicker(context, writers, 'May read and change')}
  </details>`;
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
  const modifiedDate = new Date(modified);
  return html`<dl class="card details">
    <div class="detail">
      <dt>Owner</dt>
      <dd>${renderOwner(context, owner)}</dd>
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

function renderOwner(context: ViewContext, owner: string) {
  const { people, person } = context;
  if (owner === person.oid) return 'You';
  const user = people.get(owner);
  if (!user) return renderCopyButton(context, owner, { label: shorten(owner) });
  return html`<span title=${user.userName}>${user.name}</span>`;
}
