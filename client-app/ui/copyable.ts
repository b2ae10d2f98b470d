import { html } from 'lit/html.js';
import type { ViewContext } from './view.ts';
import { icons } from './icons.ts';

/** A button that copies a technical id, shown in full or shortened; a longer text needs a `name` for the button. */
export function renderCopyable(
  context: ViewContext,
  id: string,
  shown: string = id,
  name: string = `Copy ${id}`,
) {
  const copy = () =>
    navigator.clipboard.writeText(id).then(
      () => context.announce('Copied.'),
      () => context.announce('Copying is not allowed here.'),
    );
  return html`<button type="button" class="copyable" title=${name} aria-label=${name} @click=${copy}><code>${shown}</code>${icons.copy}</button>`;
}
