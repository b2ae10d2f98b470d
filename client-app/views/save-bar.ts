import { html, nothing } from 'lit/html.js';
import type { Editing } from '../editing.ts';
import { icons } from './icons.ts';

/** The save button with what it knows: nothing to save, saving, typed before a reload. */
export function renderSaveBar(editing: Editing<unknown, object>, label: string) {
  const busy = editing.attempts.busy !== undefined;
  const state = editing.changed
    ? editing.restored
      ? 'Not saved yet. Kept from before.'
      : 'Not saved yet.'
    : editing.stored
      ? 'Everything is saved.'
      : '';
  return html`<div class="save-bar">
    <button class="button button-primary" ?disabled=${busy || !editing.changed}>
      ${editing.attempts.busy === 'save' ? html`<span class="spinner" aria-hidden="true"></span>Saving…` : html`${icons.check}${label}`}
    </button>
    ${editing.changed ? html`<button type="button" class="button button-quiet" ?disabled=${busy} @click=${editing.discard}>Discard changes</button>` : nothing}
    <span class="save-state">${state}</span>
  </div>`;
}
