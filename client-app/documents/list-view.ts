import { html, nothing } from 'lit/html.js';
import { createAttempts } from '../auth/attempts.ts';
import { type ListedDocument, listDocuments } from './documents.ts';
import { formatAgo, shorten } from '../ui/format.ts';
import { writeRoute } from '../router.ts';
import type { View, ViewContext } from '../ui/view.ts';
import { icons } from '../ui/icons.ts';
import { renderFailure } from '../ui/notice.ts';
import { renderWaiting } from '../ui/placeholder.ts';

/** The home page: the documents that the person may read. */
export function openDocuments(context: ViewContext): View {
  const attempts = createAttempts(context);
  let documents: readonly ListedDocument[] | undefined;
  let continuation: string | undefined;

  const load = () => {
    const { returned } = context;
    return attempts.run(
      'load',
      async () => {
        const page = await listDocuments(context.api, continuation);
        documents = [...(documents ?? []), ...page.documents];
        continuation = page.continuation;
      },
      { returned },
    );
  };
  void load();

  const renderRow = ({ id, title, owner, modified }: ListedDocument) => {
    const own = owner === context.person.oid;
    return html`<li class="rows-item">
      <a class="row" href=${writeRoute({ view: 'document', id })}>
        <span class="row-icon">${own ? icons.documents : icons.people}</span>
        <span class="row-text">
          <strong class="row-title">${title}</strong>
          <span class="row-more">${own ? 'Yours' : `Shared with you by ${shorten(owner)}`}</span>
        </span>
        ${context.drafts.read(`documents/${id}`) ? html`<span class="mark-draft">Not saved yet</span>` : nothing}
        <time datetime=${modified} title=${new Date(modified).toLocaleString('en')}>${formatAgo(new Date(modified))}</time>
      </a>
    </li>`;
  };

  const renderList = () => {
    if (!documents) return attempts.busy ? renderWaiting('Loading your documents', 4) : nothing;
    if (documents.length === 0) {
      return html`<div class="empty"><h2>No documents yet</h2><p>Write one; only you can read it until you share it.</p></div>`;
    }
    return html`<ul class="rows">${documents.map(renderRow)}</ul>`;
  };

  return {
    title: () => 'Documents',
    close: attempts.close,
    render: () => html`<div class="page-head">
        <div>
          <h1 tabindex="-1">Documents</h1>
          <p class="lead">Yours, and those that others share with you. Downstream API keeps them and decides, for each, whether you may read it.</p>
        </div>
        <a class="button button-primary" href="#/new-document">${icons.plus}New document</a>
      </div>
      ${renderFailure(context, attempts.failure)} ${renderList()}
      ${continuation === undefined ? nothing : html`<button class="button" ?disabled=${attempts.busy !== undefined} @click=${load}>Show more</button>`}`,
  };
}
