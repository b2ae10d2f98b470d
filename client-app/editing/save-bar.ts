import { html, nothing } from 'lit/html.js';
import type { Editing } from './editing.ts';
import { icons } from '../ui/icons.ts';

/** The save button with what it knows: what is missing, nothing to save, saving, typed before a reload. */
export function renderSaveBar(editing: Editing<unknown, object>, missing: string | undefined) {
  const { attempts, changed, restored, stored } = editing;
  const busy = attempts.busy !== undefined;
  const state = changed
    ? `Not saved yet.${restored ? ' Kept from before.' : ''}`
    : stored
      ? 'Everything is saved.'
      : '';
  // A new thing can always be tried: the browser then leads to the field that is empty.
  return html`<div class="save-bar">
    <button class="button button-primary" aria-describedby="save-state" ?disabled=${busy || (!changed && stored !== undefined)}>
      ${attempts.busy === 'save' ? html`<span class="spinner" aria-hidden="true"></span>Saving…` : html`${icons.check}Save`}
    </button>
    ${changed ? html`<button type="button" class="button button-quiet" ?disabled=${busy} @click=${editing.discard}>Discard changes</button>` : nothing}
    <span class="save-state" id="save-state">${state} ${missing}</span>
  </div>`;
}
