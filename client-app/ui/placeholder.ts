import { html } from 'lit/html.js';

/**
 * Grey bars in place of content that is loading.
 * @param text what is loading, for screen readers
 */
export function renderPlaceholder(text: string, bars: number) {
  return html`<div class="placeholder" role="status">
    <span class="visually-hidden">${text}…</span>
    ${Array.from({ length: bars }, () => html`<span class="placeholder-bar"></span>`)}
  </div>`;
}
