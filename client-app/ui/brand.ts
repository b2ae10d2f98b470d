import { html } from 'lit/html.js';

/** The logo and the name, which lead to the home page. index.html has the same logo as its icon. */
export function renderBrand() {
  return html`<a class="brand" href="#/documents">
    <svg viewBox="0 0 32 32" class="logo" aria-hidden="true">
      <rect width="32" height="32" rx="9" class="logo-background" />
      <path d="M9 21.5 16 10l7 11.5" class="logo-line" />
      <circle cx="9" cy="21.5" r="3.2" class="logo-node" />
      <circle cx="16" cy="10" r="3.2" class="logo-node" />
      <circle cx="23" cy="21.5" r="3.2" class="logo-node" />
    </svg>
    <span>Zero Trust API chain</span>
  </a>`;
}
