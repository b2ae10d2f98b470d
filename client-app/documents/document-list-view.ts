import { html, nothing } from 'lit/html.js';
import { createActionRunner } from '../../shared/browser/action-runner.ts';
import { writeRoute } from '../router.ts';
import { formatAgo } from '../ui/format.ts';
import { icons } from '../ui/icons.ts';
import { renderFailure } from '../ui/notice.ts';
import { renderPlaceholder } from '../ui/placeholder.ts';
import type { View, ViewContext } from '../ui/view.ts';
import { type ListedDocument, listDocuments } from './documents.ts';

/** The home page: the documents that the user can read. */
export function openDocumentList(context: ViewContext): View {
  const actions = createActionRunner(context);
  let documents: readonly ListedDocument[] | undefined;
  let continuation: string | undefined;

  async function loadNextPage(): Promise<void> {
    const page = await listDocuments(context.api, continuation);
    documents = [...(documents ?? []), ...page.documents];
    continuation = page.continuation;
  }

  const load = () => actions.run('load', loadNextPage, { returned: context.returned });
  void load();

  const renderList = () => {
    if (!documents) return actions.busy ? renderPlaceholder('Loading your documents', 4) : nothing;
    if (documents.length === 0) return renderEmptyList();
    return html`<ul class="rows">
      ${documents.map((document) => renderRow(context, document))}
    </ul>`;
  };

  const renderShowMore = () => {
    if (continuation === undefined) return nothing;
    const busy = actions.busy !== undefined;
    return html`<button class="button" ?disabled=${busy} @click=${load}>Show more</button>`;
  };

  return {
    title: () => 'Documents',
    close: actions.close,
    render: () => html`<div class="page-head">
        <div>
          <h1 tabindex="-1">Documents</h1>
          <p class="lead">
            Your documents, and those that others share with you. Downstream API stores them and
            decides for each one whether you may read it.
          </p>
        </div>
        <a class="button button-primary" href="#/new-document">${icons.plus}New document</a>
      </div>
      ${renderFailure(context, actions.failure)} ${renderList()} ${renderShowMore()}`,
  };
}

function renderEmptyList() {
  return html`<div class="empty">
    <h2>No documents yet</h2>
    <p>Create one. Only you can read it until you share it.</p>
  </div>`;
}

function renderRow({ people, person, drafts }: ViewContext, document: ListedDocument) {
  const { id, title, owner, modified } = document;
  const isOwn = owner === person.oid;
  const hasDraft = drafts.read(`documents/${id}`) !== undefined;
  const modifiedDate = new Date(modified);
  return html`<li class="rows-item">
    <a class="row" href=${writeRoute({ view: 'document', id })}>
      <span class="row-icon">${isOwn ? icons.documents : icons.people}</span>
      <span class="row-text">
        <strong class="row-title">${title}</strong>
        <span class="row-owner">
          ${isOwn ? 'Yours' : `Shared with you by ${people.nameOf(owner)}`}
        </span>
      </span>
      ${hasDraft ? html`<span class="draft-mark">Not saved yet</span>` : nothing}
      <time datetime=${modified} title=${modifiedDate.toLocaleString('en')}>
        ${formatAgo(modifiedDate)}
      </time>
    </a>
  </li>`;
}
