import { html } from 'lit/html.js';

const text = `Picture: the Client App sends token A to Original API. Original API exchanges it at Entra ID for token B and calls Downstream API with B.`;

/** The article's picture in small: who talks to whom, with which token. */
export function renderChainPicture() {
  return html`<svg class="picture" viewBox="0 0 480 292" role="img" aria-label=${text}>
    <path class="picture-cloud" d="M196 84a25 25 0 0 1-3-50 40 40 0 0 1 76-9 31 31 0 0 1 25 59z" />
    <text x="243" y="61">Entra ID</text>
    <g class="picture-box"><rect x="8" y="184" width="116" height="76" rx="14" /><text x="66" y="219">Client</text><text x="66" y="239">App</text></g>
    <g class="picture-box"><rect x="182" y="184" width="116" height="76" rx="14" /><text x="240" y="219">Original</text><text x="240" y="239">API</text></g>
    <g class="picture-box"><rect x="356" y="184" width="116" height="76" rx="14" /><text x="414" y="219">Downstream</text><text x="414" y="239">API</text></g>
    <path class="picture-arrow arrow-a" d="M124 222h50" /><path class="picture-head arrow-a" d="M172 217l8 5-8 5z" />
    <path class="picture-arrow arrow-a" d="M216 184v-84" /><path class="picture-head arrow-a" d="M211 102l5-8 5 8z" />
    <path class="picture-arrow arrow-b" d="M264 94v82" /><path class="picture-head arrow-b" d="M259 174l5 8 5-8z" />
    <path class="picture-arrow arrow-b" d="M298 222h50" /><path class="picture-head arrow-b" d="M346 217l8 5-8 5z" />
    <g class="picture-token token-a"><circle cx="151" cy="222" r="14" /><text x="151" y="227">A</text></g>
    <g class="picture-token token-a"><circle cx="216" cy="140" r="14" /><text x="216" y="145">A</text></g>
    <g class="picture-token token-b"><rect x="251" y="127" width="26" height="26" rx="6" /><text x="264" y="145">B</text></g>
    <g class="picture-token token-b"><rect x="312" y="209" width="26" height="26" rx="6" /><text x="325" y="227">B</text></g>
  </svg>`;
}
