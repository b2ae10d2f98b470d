import { html, nothing } from 'lit/html.js';
import type { Document } from './documents.ts';
import type { Editing } from '../editing/editing.ts';
import { formatAgo, shorten } from '../ui/format.ts';
import type { ViewContext } from '../ui/view.ts';
import { renderCopyable } from '../ui/copyable.ts';
import { icons } from '../ui/icons.ts';
import { renderSaveBar } from '../editing/save-bar.ts';

/** The fields as they are typed; people one object id per line. */
export interface EditableDocument {
  readonly id: string;
  readonly title: string;
  readonly text: string;
  readonly readers: string;
  readonly writers: string;
}

/** Object ids out of a field: separated by lines, blanks or commas, each once. */
export function readPeople(field: string): readonly string[] {
  return [...new Set(field.split(/[\s,;]+/).filter((id) => id !== ''))];
}

export const writePeople = (ids: readonly string[]): string => ids.join('\n');

interface Shown {
  readonly context: ViewContext;
  readonly editing: Editing<Document, EditableDocument>;
  readonly value: EditableDocument;
  readonly stored: Document | undefined;
  readonly owns: boolean;
  readonly mayWrite: boolean;
  readonly remove: () => void;
}

export function renderDocumentForm({
  context,
  editing,
  value,
  stored,
  owns,
  mayWrite,
  remove,
}: Shown) {
  const typed = (field: keyof EditableDocument) => (event: Event) =>
    editing.edit({ [field]: (event.target as HTMLInputElement).value });
  const submit = (event: Event) => {
    event.preventDefault();
    void editing.save();
  };
  const people = (field: 'readers' | 'writers', label: string) => html`<div class="field">
    <label for=${field}>${label}</label>
    <textarea id=${field} rows="3" class="code-field" spellcheck="false" aria-describedby="people-hint" ?readonly=${!owns} .value=${value[field]} @input=${typed(field)}></textarea>
  </div>`;
  return html`<form class="editor" @submit=${submit}>
    <div class="card stack">
      <div class="field">
        <label for="title">Title</label>
        <input id="title" class="title-field" required maxlength="200" autocomplete="off" ?readonly=${!mayWrite} .value=${value.title} @input=${typed('title')}>
      </div>
      <div class="field">
        <label for="text">Text</label>
        <textarea id="text" rows="12" ?readonly=${!mayWrite} .value=${value.text} @input=${typed('text')}></textarea>
      </div>
      ${mayWrite ? renderSaveBar(editing, value.title.trim() === '' ? 'A title is missing.' : undefined) : html`<p class="hint">You may read this document. Its owner decides who may change it.</p>`}
    </div>
    <div class="editor-side stack">
      ${stored ? renderFacts(context, stored) : nothing}
      ${
        owns
          ? html`<details class="card sharing" ?open=${value.readers !== '' || value.writers !== ''}>
              <summary>Sharing</summary>
              <p class="hint" id="people-hint">People by their object id, one per line. Nobody else learns that this document exists.</p>
              ${people('readers', 'May read')} ${people('writers', 'May read and change')}
            </details>`
          : nothing
      }
      ${stored && owns ? html`<button type="button" class="button button-danger-quiet" ?disabled=${editing.attempts.busy !== undefined} @click=${remove}>${icons.trash}${editing.attempts.busy === 'delete' ? 'Deleting…' : 'Delete document'}</button>` : nothing}
    </div>
  </form>`;
}

function renderFacts(context: ViewContext, stored: Document) {
  const own = stored.owner === context.person.oid;
  return html`<dl class="card facts">
    <div class="fact"><dt>Owner</dt><dd>${own ? 'You' : renderCopyable(context, stored.owner, shorten(stored.owner))}</dd></div>
    <div class="fact"><dt>Last saved</dt><dd><time datetime=${stored.modified} title=${new Date(stored.modified).toLocaleString('en')}>${formatAgo(new Date(stored.modified))}</time></dd></div>
    <div class="fact"><dt>Id</dt><dd>${renderCopyable(context, stored.id, shorten(stored.id))}</dd></div>
  </dl>`;
}
