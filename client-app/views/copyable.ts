import { html } from 'lit/html.js';
import type { ViewContext } from '../view.ts';
import { icons } from './icons.ts';

/** A technical id with a button that copies it. */
export function renderCopyable(context: ViewContext, id: string, shown: string = id) {
  const copy = () =>
    navigator.clipboard.writeText(id).then(
      () => context.announce('Copied.'),
      () => context.announce('Copying is not allowed here.'),
    );
  return html`<button type="button" class="copyable" title="Copy ${id}" aria-label="Copy ${id}" @click=${copy}><code>${shown}</code>${icons.copy}</button>`;
}
