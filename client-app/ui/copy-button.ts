import { html } from 'lit/html.js';
import { icons } from './icons.ts';
import type { ViewContext } from './view.ts';

/** How a copy button is shown and named. */
export interface CopyButtonOptions {
  /** The visible text. By default the text to copy. */
  readonly label?: string;
  /** The accessible name. By default "Copy" and the text. Needed for a long text. */
  readonly name?: string;
}

/** A button that copies a text, such as a correlation id, to the clipboard. */
export function renderCopyButton(
  context: ViewContext,
  text: string,
  { label = text, name = `Copy ${text}` }: CopyButtonOptions = {},
) {
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      context.announce('Copied.');
    } catch {
      context.announce('This browser does not allow copying here.');
    }
  };
  return html`<button
    type="button"
    class="copy-button"
    title=${name}
    aria-label=${name}
    @click=${copy}
  ><code>${label}</code>${icons.copy}</button>`;
}
