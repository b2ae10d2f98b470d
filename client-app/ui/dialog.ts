import { html, type TemplateResult } from 'lit/html.js';
import { onceShown } from './once-shown.ts';

const show = (element: HTMLElement) => {
  if (element instanceof HTMLDialogElement && !element.open) element.showModal();
};

/** A modal question; the browser keeps the focus inside and gives it back. Escape and "Cancel" close it. */
export function renderDialog(options: {
  title: string;
  text: string | TemplateResult;
  confirm: TemplateResult;
  close: () => void;
}) {
  return html`<dialog ${onceShown(show)} class="dialog" aria-labelledby="dialog-title" aria-describedby="dialog-text" @close=${options.close}>
    <h2 id="dialog-title">${options.title}</h2>
    <div id="dialog-text" class="dialog-text">${options.text}</div>
    <form method="dialog" class="actions actions-end">
      <button class="button" autofocus>Cancel</button>
      ${options.confirm}
    </form>
  </dialog>`;
}
