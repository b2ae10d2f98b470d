import { html } from 'lit/html.js';
import type { View } from './view.ts';

/** For an address that leads to no view. */
export function openNowhere(): View {
  return {
    title: () => 'Not found',
    render: () => html`<div class="empty">
      <h1 tabindex="-1">There is no such page</h1>
      <p>The address may have been mistyped.</p>
      <a class="button button-primary" href="#/documents">Go to your documents</a>
    </div>`,
  };
}
