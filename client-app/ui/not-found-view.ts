import { html } from 'lit/html.js';
import type { View } from './view.ts';

/** The page for an address without a view. */
export function openNotFound(): View {
  return {
    title: () => 'Page not found',
    render: () => html`<div class="empty">
      <h1 tabindex="-1">This page does not exist</h1>
      <p>The address may be mistyped.</p>
      <a class="button button-primary" href="#/documents">Go to your documents</a>
    </div>`,
  };
}
