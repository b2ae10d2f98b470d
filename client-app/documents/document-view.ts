import { html, nothing } from 'lit/html.js';
import type { ReturnedAction } from '../../shared/browser/entra-visit.ts';
import type { Problem } from '../../shared/browser/problem.ts';
import { renderConflict } from '../editing/conflict-view.ts';
import { createEditor, type Editor } from '../editing/editor.ts';
import { renderDialog } from '../ui/dialog.ts';
import { icons } from '../ui/icons.ts';
import { renderFailure } from '../ui/notice.ts';
import { renderPlaceholder } from '../ui/placeholder.ts';
import type { View, ViewContext } from '../ui/view.ts';
import { renderDocumentForm } from './document-form.ts';
import {
  type Document,
  type DocumentFields,
  deleteDocument,
  readDocument,
  saveDocument,
} from './documents.ts';
import { createSharing } from './sharing.ts';

/** The page of a document: read, edit, share and delete it. */
export function openDocument(context: ViewContext, id: string): View {
  return openDocumentPage(context, id);
}

/** The page of a document that does not exist yet. */
export function openNewDocument(context: ViewContext): View {
  return openDocumentPage(context, undefined);
}

function openDocumentPage(context: ViewContext, id: string | undefined): View {
  const { api, person, drafts, returned } = context;
  const draftKey = id === undefined ? 'documents/new' : `documents/${id}`;
  const editor = createDocumentEditor(context, id, draftKey);
  const sharing = createSharing(context, editor);
  let isConfirmingDelete = false;
  void loadAndContinue();

  async function loadAndContinue(): Promise<void> {
    await editor.load();
    sharing.resume(returned);
    if (returned?.action === 'delete' && !editor.actions.failure)
      await remove(returned.input, returned);
  }

  /** @param basedOn the ETag of the version that the user saw when they confirmed */
  async function remove(basedOn: unknown, returned?: ReturnedAction): Promise<void> {
    const leave = () => {
      drafts.remove(draftKey);
      context.announce(returned ? 'Thank you. The document is deleted now.' : 'Deleted.');
      context.go({ view: 'documents' });
    };
    // An earlier request may have deleted the document although its response was lost.
    const handle = ({ code }: Problem) => {
      if (code !== 'not_found') return false;
      leave();
      return true;
    };
    const work = async () => {
      if (id === undefined || typeof basedOn !== 'string') return;
      await deleteDocument(api, id, basedOn);
      leave();
    };
    await editor.actions.run('delete', work, { handle, returned, input: basedOn });
  }

  function showDeleteDialog(open: boolean): void {
    isConfirmingDelete = open;
    context.refresh();
  }

  function title(): string {
    const fallback = id === undefined ? 'New document' : 'Document';
    return editor.stored?.title ?? fallback;
  }

  function renderBody() {
    const { value, stored, conflict, actions } = editor;
    if (!value) return actions.busy ? renderPlaceholder('Loading the document', 3) : nothing;
    if (conflict) {
      return renderConflict({
        editor,
        mine: formatForComparison(value),
        theirs: conflict.theirs && formatForComparison(conflict.theirs),
        savedBy: conflict.theirs && describeSaver(context, conflict.theirs),
        noun: 'document',
      });
    }
    const isOwner = ownsDocument(stored, person.oid);
    return renderDocumentForm({
      context,
      editor,
      value,
      sharing,
      stored,
      isOwner,
      canWrite: isOwner || stored?.writers.includes(person.oid) === true,
      confirmDelete: () => showDeleteDialog(true),
    });
  }

  function renderDeleteDialog() {
    if (!isConfirmingDelete) return nothing;
    return renderDialog({
      title: 'Delete this document?',
      text: 'It is deleted immediately and permanently, for all users who can read it.',
      confirm: html`<button class="button button-danger" @click=${() => remove(editor.etag)}>
        Delete
      </button>`,
      close: () => showDeleteDialog(false),
    });
  }

  return {
    close() {
      editor.actions.close();
      sharing.close();
    },
    title,
    render: () => html`<a class="back" href="#/documents">${icons.back}Documents</a>
      <h1 tabindex="-1">${title()}</h1>
      ${renderFailure(context, editor.actions.failure)}
      ${renderFailure(context, sharing.failure)} ${renderBody()} ${renderDeleteDialog()}`,
  };
}

function createDocumentEditor(
  context: ViewContext,
  id: string | undefined,
  draftKey: string,
): Editor<Document, DocumentFields> {
  const { api, person } = context;
  const editor: Editor<Document, DocumentFields> = createEditor<Document, DocumentFields>({
    context,
    draftKey,
    // The id of a new document is created here, so that two saves cannot create two documents.
    ...(id === undefined && {
      blank: { id: crypto.randomUUID() as string, title: '', text: '', readers: [], writers: [] },
    }),
    read: (value) => readDocument(api, id ?? value?.id ?? ''),
    write({ id, title, text, readers, writers }, basedOn) {
      const isOwner = ownsDocument(editor.stored, person.oid);
      const change = isOwner ? { title, text, readers, writers } : { title, text };
      return saveDocument(api, id, change, basedOn);
    },
    toValue: ({ id, title, text, readers, writers }) => ({ id, title, text, readers, writers }),
    onSaved(stored) {
      if (id === undefined) context.go({ view: 'document', id: stored.id });
    },
  });
  return editor;
}

/** Whether the user owns the document, or will own it after the first save. */
function ownsDocument(stored: Document | undefined, oid: string): boolean {
  return stored === undefined || stored.owner === oid;
}

/** Returns the name of the user who saved this version, if it is known. */
function describeSaver({ people }: ViewContext, { modifiedBy }: Document): string | undefined {
  return modifiedBy === undefined ? undefined : people.get(modifiedBy)?.name;
}

function formatForComparison({ title, text }: Pick<Document, 'title' | 'text'>): string {
  return `${title}\n\n${text}`;
}
