import { html, nothing } from 'lit/html.js';
import { icons } from '../ui/icons.ts';
import type { Editor } from './editor.ts';

/**
 * The save button, with the state of the changes next to it.
 * @param hint a sentence that names the required field that is empty
 */
export function renderSaveBar(editor: Editor<unknown, object>, hint: string | undefined) {
  const { actions, changed, stored, discard } = editor;
  const busy = actions.busy !== undefined;
  // A new resource can always be submitted: the browser then focuses the field that is empty.
  const nothingToSave = !changed && stored !== undefined;
  return html`<div class="save-bar">
    <button
      class="button button-primary"
      aria-describedby="save-state"
      ?disabled=${busy || nothingToSave}
    >
      ${
        actions.busy === 'save'
          ? html`<span class="spinner" aria-hidden="true"></span>Saving…`
          : html`${icons.check}Save`
      }
    </button>
    ${
      changed
        ? html`<button
            type="button"
            class="button button-quiet"
            ?disabled=${busy}
            @click=${discard}
          >Discard changes</button>`
        : nothing
    }
    <span class="save-state" id="save-state">${describeState(editor)} ${hint}</span>
  </div>`;
}

function describeState({ changed, restored, stored }: Editor<unknown, object>): string {
  if (changed) return restored ? 'Not saved yet. Restored from your last visit.' : 'Not saved yet.';
  return stored ? 'Everything is saved.' : '';
}
