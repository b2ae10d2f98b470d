import { html, type TemplateResult } from 'lit/html.js';
import { onFirstRender } from './on-first-render.ts';

function show(element: HTMLElement): void {
  if (element instanceof HTMLDialogElement && !element.open) element.showModal();
}

/** What a dialog shows. */
export interface DialogOptions {
  /** The question. */
  readonly title: string;
  /** What happens when the user confirms. */
  readonly text: string | TemplateResult;
  /** The button that confirms. */
  readonly confirm: TemplateResult;
  /** Called when the dialog closes in any way. */
  readonly close: () => void;
}

/**
 * A modal dialog with a "Cancel" button. The browser keeps the focus inside, closes it on Escape,
 * and returns the focus afterwards.
 */
export function renderDialog({ title, text, confirm, close }: DialogOptions) {
  return html`<dialog
    ${onFirstRender(show)}
    class="dialog"
    aria-labelledby="dialog-title"
    aria-describedby="dialog-text"
    @close=${close}
  >
    <h2 id="dialog-title">${title}</h2>
    <div id="dialog-text" class="dialog-text">${text}</div>
    <form method="dialog" class="actions actions-end">
      <button class="button" autofocus>Cancel</button>
      ${confirm}
    </form>
  </dialog>`;
}
