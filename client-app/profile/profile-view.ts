import { html, nothing } from 'lit/html.js';
import { renderConflict } from '../editing/conflict-view.ts';
import { createEditor, type Editor } from '../editing/editor.ts';
import { renderSaveBar } from '../editing/save-bar.ts';
import { renderCopyButton } from '../ui/copy-button.ts';
import { formatAgo, initials } from '../ui/format.ts';
import { renderFailure } from '../ui/notice.ts';
import { renderPlaceholder } from '../ui/placeholder.ts';
import type { View, ViewContext } from '../ui/view.ts';
import { type Profile, type ProfileChange, readProfile, saveProfile } from './profiles.ts';

type ProfileEditor = Editor<Profile, ProfileChange>;

const fields = [
  { name: 'displayName', label: 'Name', autocomplete: 'name', required: true },
  { name: 'jobTitle', label: 'Job title', autocomplete: 'organization-title', required: false },
  { name: 'phone', label: 'Phone', autocomplete: 'tel', required: false },
] as const;

/**
 * The page of a profile: the user's own, or another one if the API allows it.
 * @param userId an object id, or `me`
 */
export function openProfile(context: ViewContext, userId: string): View {
  const isOwn = userId === 'me' || userId === context.person.oid;
  const pathId = isOwn ? 'me' : userId;
  const editor: ProfileEditor = createEditor<Profile, ProfileChange>({
    context,
    draftKey: `profiles/${pathId}`,
    read: () => readProfile(context.api, pathId),
    write: (value, basedOn) => saveProfile(context.api, pathId, value, basedOn),
    toValue: ({ displayName, jobTitle, phone }) => ({ displayName, jobTitle, phone }),
  });
  void editor.load();

  return {
    title: () => 'Profile',
    close: editor.actions.close,
    render: () => html`${renderHeader(isOwn)} ${renderFailure(context, editor.actions.failure)}
      <div class="editor">
        <div>${renderBody(context, editor)}</div>
        <div class="editor-side">${renderOpenOther(context)}</div>
      </div>`,
  };
}

function renderHeader(isOwn: boolean) {
  const title = isOwn ? 'Your profile' : 'Another user’s profile';
  const description = isOwn
    ? 'The details that Downstream API stores about you.'
    : 'Downstream API shows it only to users with the role Profiles.Manage.';
  return html`<div>
    <h1 tabindex="-1">${title}</h1>
    <p class="lead">${description}</p>
  </div>`;
}

function renderBody(context: ViewContext, editor: ProfileEditor) {
  const { value, stored, conflict, actions } = editor;
  if (!value || !stored)
    return actions.busy ? renderPlaceholder('Loading the profile', 3) : nothing;
  if (!conflict) return renderForm(context, editor, value, stored);
  return renderConflict({
    editor,
    mine: formatForComparison(value),
    theirs: conflict.theirs && formatForComparison(conflict.theirs),
    noun: 'profile',
  });
}

function formatForComparison(profile: ProfileChange): string {
  return fields.map(({ name, label }) => `${label}: ${profile[name]}`).join('\n');
}

function renderForm(
  context: ViewContext,
  editor: ProfileEditor,
  value: ProfileChange,
  stored: Profile,
) {
  const submit = (event: Event) => {
    event.preventDefault();
    void editor.save();
  };
  const hint = value.displayName.trim() === '' ? 'A name is missing.' : undefined;
  return html`<form class="card stack" @submit=${submit}>
    <div class="profile-header">
      <span class="avatar avatar-large" aria-hidden="true">${initials(value.displayName)}</span>
      <div>
        <strong>${stored.displayName || 'No name yet'}</strong>
        <p class="hint">${renderModified(stored.modified)}</p>
        ${renderCopyButton(context, stored.userId)}
      </div>
    </div>
    ${fields.map((field) => renderField(editor, value, field))} ${renderSaveBar(editor, hint)}
  </form>`;
}

function renderModified(modified: string) {
  if (!modified) return 'Nothing saved yet';
  return html`Saved <time datetime=${modified}>${formatAgo(new Date(modified))}</time>`;
}

function renderField(
  editor: ProfileEditor,
  value: ProfileChange,
  { name, label, autocomplete, required }: (typeof fields)[number],
) {
  const edit = (event: Event) => editor.edit({ [name]: (event.target as HTMLInputElement).value });
  return html`<div class="field">
    <label for=${name}>
      ${label}${required ? nothing : html` <span class="hint">optional</span>`}
    </label>
    <input
      id=${name}
      autocomplete=${autocomplete}
      maxlength="200"
      ?required=${required}
      .value=${value[name]}
      @input=${edit}
    >
  </div>`;
}

/**
 * A form to open another user's profile. Every user sees it, because this app cannot read the roles
 * in token A: the API decides.
 */
function renderOpenOther(context: ViewContext) {
  const open = (event: SubmitEvent) => {
    event.preventDefault();
    const input = new FormData(event.target as HTMLFormElement).get('oid');
    const userId = typeof input === 'string' ? input.trim() : '';
    if (userId !== '') context.go({ view: 'profile', userId });
  };
  return html`<form class="card stack" @submit=${open}>
    <h2>Another user’s profile</h2>
    <div class="field">
      <label for="oid">Object id</label>
      <input
        id="oid"
        name="oid"
        class="code-field"
        required
        autocomplete="off"
        spellcheck="false"
        aria-describedby="oid-hint"
      >
      <p class="hint" id="oid-hint">
        This needs the role Profiles.Manage, which Downstream API looks for in token B.
      </p>
    </div>
    <button class="button">Open</button>
  </form>`;
}
