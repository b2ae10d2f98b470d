import { html, nothing } from 'lit/html.js';
import { type Document, deleteDocument, readDocument, saveDocument } from './documents.ts';
import { createEditing, type Editing } from '../editing/editing.ts';
import type { Returned } from '../auth/interruptions.ts';
import type { Problem } from '../auth/problem.ts';
import type { View, ViewContext } from '../ui/view.ts';
import { renderConflict } from '../editing/conflict-view.ts';
import { renderDialog } from '../ui/dialog.ts';
import {
  type EditableDocument,
  readPeople,
  renderDocumentForm,
  writePeople,
} from './document-form.ts';
import { icons } from '../ui/icons.ts';
import { renderFailure } from '../ui/notice.ts';
import { renderWaiting } from '../ui/placeholder.ts';

/** One document: read, edit, share, delete. */
export function openDocument(context: ViewContext, id: string): View {
  return openEditor(context, `documents/${id}`, id);
}

/** A document that does not exist yet; its id is made here, so that saving twice cannot make two. */
export function openNewDocument(context: ViewContext): View {
  return openEditor(context, 'documents/new', undefined);
}

function openEditor(context: ViewContext, thing: string, id: string | undefined): View {
  const { api, person, returned } = context;
  let asking = false;
  const editing: Editing<Document, EditableDocument> = createEditing<Document, EditableDocument>({
    context,
    thing,
    ...(id === undefined && {
      blank: { id: crypto.randomUUID() as string, title: '', text: '', readers: '', writers: '' },
    }),
    read: (value) => readDocument(api, id ?? value?.id ?? ''),
    write: (value, basedOn) => {
      const lists = { readers: readPeople(value.readers), writers: readPeople(value.writers) };
      return saveDocument(
        api,
        value.id,
        { title: value.title, text: value.text, ...(owns() && lists) },
        basedOn,
      );
    },
    editable: ({ id, title, text, readers, writers }) => ({
      id,
      title,
      text,
      readers: writePeople(readers),
      writers: writePeople(writers),
    }),
    saved: (stored) => {
      if (id === undefined) context.go({ view: 'document', id: stored.id });
    },
  });
  const owns = () => editing.stored === undefined || editing.stored.owner === person.oid;
  const mayWrite = () => owns() || editing.stored?.writers.includes(person.oid) === true;
  void editing.load().then(() => {
    if (returned?.action === 'delete' && !editing.attempts.failure)
      void remove(returned.basedOn, returned);
  });

  /** @param basedOn the version that the person saw when they said so */
  const remove = async (basedOn: string | undefined, returned?: Returned) => {
    const leave = () => {
      context.drafts.drop(thing);
      context.announce(returned ? 'Thank you. The document is deleted now.' : 'Deleted.');
      context.go({ view: 'documents' });
    };
    // Gone already is what was wanted: an earlier try may have lost its answer.
    const handle = ({ code }: Problem) => {
      if (code === 'not_found') leave();
      return code === 'not_found';
    };
    const work = async () => {
      if (id === undefined || basedOn === undefined) return;
      await deleteDocument(api, id, basedOn);
      leave();
    };
    await editing.attempts.run('delete', work, { handle, returned, basedOn });
  };
  const ask = (open: boolean) => () => {
    asking = open;
    context.refresh();
  };

  const renderBody = () => {
    const { value, stored, conflict, attempts } = editing;
    if (!value) return attempts.busy ? renderWaiting('Loading the document', 3) : nothing;
    if (conflict) {
      const lines = (document: Pick<Document, 'title' | 'text'>) =>
        `${document.title}\n\n${document.text}`;
      return renderConflict({
        editing,
        mine: lines(value),
        theirs: conflict.theirs && lines(conflict.theirs),
        thing: 'document',
      });
    }
    return renderDocumentForm({
      context,
      editing,
      value,
      stored,
      owns: owns(),
      mayWrite: mayWrite(),
      remove: ask(true),
    });
  };

  return {
    close: editing.attempts.close,
    title: () => editing.stored?.title ?? (id === undefined ? 'New document' : 'Document'),
    render: () => html`<a class="back" href="#/documents">${icons.back}Documents</a>
      <h1 tabindex="-1">${editing.stored?.title ?? (id === undefined ? 'New document' : 'Document')}</h1>
      ${renderFailure(context, editing.attempts.failure)} ${renderBody()}
      ${
        asking
          ? renderDialog({
              title: 'Delete this document?',
              text: 'It is gone for everybody who can read it, at once and for good.',
              confirm: html`<button class="button button-danger" @click=${() => remove(editing.seen)}>Delete</button>`,
              close: ask(false),
            })
          : nothing
      }`,
  };
}
