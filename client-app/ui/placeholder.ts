import { html } from 'lit/html.js';

/** Grey bars in place of what is still on its way. */
export function renderWaiting(text: string, bars: number) {
  return html`<div class="waiting" role="status"><span class="hidden-text">${text}…</span>${Array.from({ length: bars }, () => html`<span class="waiting-bar"></span>`)}</div>`;
}
