import { html } from 'lit/html.js';

/** The mark and the name; also in index.html as the icon. */
export function renderBrand() {
  return html`<a class="brand" href="#/documents">
    <svg viewBox="0 0 32 32" class="brand-mark" aria-hidden="true">
      <rect width="32" height="32" rx="9" class="mark-ground" />
      <path d="M9 21.5 16 10l7 11.5" class="mark-line" />
      <circle cx="9" cy="21.5" r="3.2" class="mark-node" /><circle cx="16" cy="10" r="3.2" class="mark-node" /><circle cx="23" cy="21.5" r="3.2" class="mark-node" />
    </svg>
    <span>Zero Trust <span class="brand-rest">API chain</span></span>
  </a>`;
}
