import { html, nothing } from 'lit/html.js';
import { createEditing, type Editing } from '../editing/editing.ts';
import { formatAgo, initials } from '../ui/format.ts';
import { type Profile, type ProfileChange, readProfile, saveProfile } from './profiles.ts';
import type { View, ViewContext } from '../ui/view.ts';
import { renderConflict } from '../editing/conflict-view.ts';
import { renderCopyable } from '../ui/copyable.ts';
import { renderFailure } from '../ui/notice.ts';
import { renderSaveBar } from '../editing/save-bar.ts';
import { renderWaiting } from '../ui/placeholder.ts';

const fields = [
  { name: 'displayName', label: 'Name', complete: 'name', required: true },
  { name: 'jobTitle', label: 'Job title', complete: 'organization-title', required: false },
  { name: 'phone', label: 'Phone', complete: 'tel', required: false },
] as const;

/** A person's details: the caller's own, or somebody else's where the API lets them. */
export function openProfile(context: ViewContext, userId: string): View {
  const own = userId === 'me' || userId === context.person.oid;
  const editing = createEditing<Profile, ProfileChange>({
    context,
    thing: `profiles/${own ? 'me' : userId}`,
    read: () => readProfile(context.api, own ? 'me' : userId),
    write: (value, basedOn) => saveProfile(context.api, own ? 'me' : userId, value, basedOn),
    editable: ({ displayName, jobTitle, phone }) => ({ displayName, jobTitle, phone }),
  });
  void editing.load();

  const renderBody = () => {
    const { value, stored, conflict, attempts } = editing;
    if (!value || !stored) return attempts.busy ? renderWaiting('Loading the profile', 3) : nothing;
    if (conflict) {
      const lines = (profile: ProfileChange) =>
        fields.map(({ name, label }) => `${label}: ${profile[name]}`).join('\n');
      return renderConflict({
        editing,
        mine: lines(value),
        theirs: conflict.theirs && lines(conflict.theirs),
        thing: 'profile',
      });
    }
    return renderForm(context, editing, value, stored);
  };

  return {
    title: () => 'Profile',
    close: editing.attempts.close,
    render: () => html`<div>
        <h1 tabindex="-1">${own ? 'Your profile' : 'Somebody’s profile'}</h1>
        <p class="lead">${own ? 'The details that Downstream API keeps about you.' : 'Downstream API shows it to holders of the role Profiles.Manage only.'}</p>
      </div>
      ${renderFailure(context, editing.attempts.failure)}
      <div class="editor">
        <div>${renderBody()}</div>
        <div class="editor-side">${renderOpenOther(context)}</div>
      </div>`,
  };
}

function renderForm(
  context: ViewContext,
  editing: Editing<Profile, ProfileChange>,
  value: ProfileChange,
  stored: Profile,
) {
  const submit = (event: Event) => {
    event.preventDefault();
    void editing.save();
  };
  return html`<form class="card stack" @submit=${submit}>
    <div class="profile-head">
      <span class="avatar avatar-large" aria-hidden="true">${initials(value.displayName)}</span>
      <div>
        <strong>${stored.displayName || 'No name yet'}</strong>
        <p class="hint">${stored.modified ? html`Saved <time datetime=${stored.modified}>${formatAgo(new Date(stored.modified))}</time>` : 'Nothing saved yet'}</p>
        ${renderCopyable(context, stored.userId)}
      </div>
    </div>
    ${fields.map(
      ({ name, label, complete, required }) => html`<div class="field">
        <label for=${name}>${label}${required ? nothing : html` <span class="hint">optional</span>`}</label>
        <input id=${name} autocomplete=${complete} maxlength="200" ?required=${required} .value=${value[name]} @input=${(event: Event) => editing.edit({ [name]: (event.target as HTMLInputElement).value })}>
      </div>`,
    )}
    ${renderSaveBar(editing, value.displayName.trim() === '' ? 'A name is missing.' : undefined)}
  </form>`;
}

/** The app cannot see roles in token A; so it offers the field to everybody and lets the API decide. */
function renderOpenOther(context: ViewContext) {
  const open = (event: SubmitEvent) => {
    event.preventDefault();
    const id = new FormData(event.target as HTMLFormElement).get('oid');
    if (typeof id === 'string' && id.trim() !== '')
      context.go({ view: 'profile', userId: id.trim() });
  };
  return html`<form class="card stack" @submit=${open}>
    <h2>Somebody else’s</h2>
    <div class="field">
      <label for="oid">Object id</label>
      <input id="oid" name="oid" class="code-field" required autocomplete="off" spellcheck="false" aria-describedby="oid-hint">
      <p class="hint" id="oid-hint">Needs the role Profiles.Manage. Downstream API looks for it in token B.</p>
    </div>
    <button class="button">Open</button>
  </form>`;
}
