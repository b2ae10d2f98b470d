import { html, svg } from 'lit/html.js';

const description =
  'Picture: the Client App sends token A to Original API. Original API exchanges it at Entra ID ' +
  'for token B and calls Downstream API with B.';

/** The chain as a small picture: which app sends which token to which API. */
export function renderChainPicture() {
  return html`<svg class="picture" viewBox="0 0 480 292" role="img" aria-label=${description}>
    <path
      class="picture-cloud"
      d="M196 84a25 25 0 0 1-3-50 40 40 0 0 1 76-9 31 31 0 0 1 25 59z"
    />
    <text x="243" y="61">Entra ID</text>
    ${drawBox(8, 'Client', 'App')} ${drawBox(182, 'Original', 'API')}
    ${drawBox(356, 'Downstream', 'API')}
    <path class="picture-arrow arrow-a" d="M124 222h50" />
    <path class="picture-arrow-head arrow-a" d="M172 217l8 5-8 5z" />
    <path class="picture-arrow arrow-a" d="M216 184v-84" />
    <path class="picture-arrow-head arrow-a" d="M211 102l5-8 5 8z" />
    <path class="picture-arrow arrow-b" d="M264 94v82" />
    <path class="picture-arrow-head arrow-b" d="M259 174l5 8 5-8z" />
    <path class="picture-arrow arrow-b" d="M298 222h50" />
    <path class="picture-arrow-head arrow-b" d="M346 217l8 5-8 5z" />
    ${drawTokenA(151, 222)} ${drawTokenA(216, 140)}
    ${drawTokenB(264, 140)} ${drawTokenB(325, 222)}
  </svg>`;
}

function drawBox(left: number, firstLine: string, secondLine: string) {
  const center = left + 58;
  return svg`<g class="picture-box">
    <rect x=${left} y="184" width="116" height="76" rx="14" />
    <text x=${center} y="219">${firstLine}</text>
    <text x=${center} y="239">${secondLine}</text>
  </g>`;
}

function drawTokenA(x: number, y: number) {
  return svg`<g class="picture-token token-a">
    <circle cx=${x} cy=${y} r="14" />
    <text x=${x} y=${y + 5}>A</text>
  </g>`;
}

function drawTokenB(x: number, y: number) {
  return svg`<g class="picture-token token-b">
    <rect x=${x - 13} y=${y - 13} width="26" height="26" rx="6" />
    <text x=${x} y=${y + 5}>B</text>
  </g>`;
}
