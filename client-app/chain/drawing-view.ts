import { keyed } from 'lit/directives/keyed.js';
import { nothing, svg } from 'lit/html.js';
import type { Cargo, ChainCall, Place, Step } from './chain.ts';
import { type Arrow, type Box, type Layout, layOut, type Point } from './layout.ts';
import { stepTime } from './player.ts';
import { onceShown } from '../ui/once-shown.ts';

const names: Readonly<Record<Place, readonly string[]>> = {
  client: ['Client', 'App'],
  entra: ['Entra ID'],
  original: ['Original', 'API'],
  downstream: ['Downstream', 'API'],
  vault: ['Key', 'Vault'],
  identity: ['Managed', 'identity'],
};

/** The picture of a call up to a step. Everything is said in the list of steps, too. */
export function drawChain(
  call: ChainCall | undefined,
  step: number,
  layout: Layout,
  moves: boolean,
) {
  const steps = call?.steps ?? [];
  const shown = steps.slice(0, step + 1);
  const arrows = layOut(steps, layout);
  const now = shown.at(-1);
  const ended = step >= steps.length - 1;
  const label = call
    ? `Picture of ${call.operation}, step ${step + 1} of ${steps.length}: ${now?.title ?? ''}`
    : 'Picture of the chain';
  return svg`<svg class="chain-picture ${layout.width < 500 ? 'chain-narrow' : ''}" viewBox="0 0 ${layout.width} ${layout.height}" role="img" aria-label=${label}>
    ${drawTracks(layout)}
    ${(Object.keys(layout.places) as Place[]).map((place) => drawPlace(place, layout.places[place], shown, now, ended && call?.stop?.where === place))}
    ${shown.map((one, index) => {
      const arrow = arrows[index];
      return arrow
        ? keyed(
            `${call?.id} ${index} ${layout.width}`,
            drawArrow(one, arrow, layout, index === step, index === step && moves, index + 1),
          )
        : nothing;
    })}
  </svg>`;
}

const pairs: readonly (readonly [Place, Place])[] = [
  ['client', 'entra'],
  ['client', 'original'],
  ['original', 'entra'],
  ['original', 'vault'],
  ['original', 'identity'],
  ['original', 'downstream'],
];

const drawTracks = ({ places }: Layout) =>
  pairs.map(
    ([one, other]) =>
      svg`<line class="track" x1=${places[one].x} y1=${places[one].y} x2=${places[other].x} y2=${places[other].y} />`,
  );

function drawPlace(
  place: Place,
  box: Box,
  shown: readonly Step[],
  now: Step | undefined,
  stopped: boolean,
) {
  const inside = shown.findLast(({ from, to }) => from === place && to === place);
  const active = now?.to === place || (now?.from === place && now.to === place);
  const { x, y, width, height } = box;
  const lines = names[place];
  const top = y - (lines.length - 1) * 9 - (inside ? 10 : 0);
  return svg`<g class="place-box place-${place} ${active ? 'place-now' : ''} ${stopped ? 'place-stopped' : ''}">
    ${place === 'entra' ? svg`<path d=${cloud(box)} />` : svg`<rect x=${x - width / 2} y=${y - height / 2} width=${width} height=${height} rx="16" />`}
    ${lines.map((line, index) => svg`<text x=${x} y=${top + index * 19 + 5}>${line}</text>`)}
    ${inside ? svg`<text class="place-note note-${inside.outcome}" x=${x} y=${top + lines.length * 19 + 8}>${noteOf(inside)}</text>` : nothing}
  </g>`;
}

const noteOf = ({ outcome, cargo }: Step): string => {
  const token = cargo[0] === 'b' ? 'B' : 'A';
  if (outcome === 'refused') return '✕ refused';
  return outcome === 'cached' ? `↻ ${token} cached` : `✓ ${token} checked`;
};

/** A cloud of the box's size; drawn once for a box of 96 × 58. */
function cloud({ x, y, width, height }: Box): string {
  const [sx, sy] = [width / 96, height / 60];
  const at = (px: number, py: number) => `${x + (px - 48) * sx} ${y + (py - 30) * sy}`;
  const arc = (rx: number, ry: number, px: number, py: number) =>
    `A${rx * sx} ${ry * sy} 0 0 1 ${at(px, py)}`;
  return `M${at(18, 58)}${arc(17, 17, 16, 24)}${arc(26, 24, 62, 12)}${arc(21, 21, 80, 58)}Z`;
}

function drawArrow(
  step: Step,
  { from, to, rest }: Arrow,
  { token }: Layout,
  now: boolean,
  moves: boolean,
  number: number,
) {
  const angle = (Math.atan2(to.y - from.y, to.x - from.x) * 180) / Math.PI;
  const main = step.outcome === 'refused' ? 'refusal' : (step.cargo[0] ?? 'answer');
  const fly = (element: Element) => {
    if (!moves) return;
    const place = ({ x, y }: Point) => `translate(${x}px, ${y}px)`;
    element.animate([{ transform: place(from) }, { transform: place(rest) }], {
      duration: stepTime * 0.75,
      easing: 'ease-in-out',
    });
  };
  // What travels together travels one behind the other.
  const radians = (angle * Math.PI) / 180;
  const along = (place: number) => ({
    x: Math.cos(radians) * place * token * 1.8,
    y: Math.sin(radians) * place * token * 1.8,
  });
  const length = Math.hypot(to.x - from.x, to.y - from.y);
  const tip = `translate(${to.x} ${to.y}) rotate(${angle})`;
  // Further along a long arrow, whose beginning others share.
  const part = length > 18 * token ? 0.28 : 0.16;
  const start = { x: from.x + (to.x - from.x) * part, y: from.y + (to.y - from.y) * part };
  return svg`<g class="arrow arrow-${main} ${now ? 'arrow-now' : ''}">
    <line x1=${from.x} y1=${from.y} x2=${to.x} y2=${to.y} />
    <path class="tip" d="M0 0L-10 5.500V-5.500Z" transform=${tip} />
    ${length > 4.6 * token ? svg`<g transform="translate(${start.x} ${start.y})"><circle class="step-ground" r="9" /><text class="step-number" y="4">${number}</text></g>` : nothing}
    <g class="cargo" transform="translate(${rest.x} ${rest.y})" ${onceShown(fly)}>${step.cargo.map((cargo, index) => drawCargo(cargo, token, along((step.cargo.length - 1) / 2 - index)))}</g>
  </g>`;
}

/** A is round and blue, B square and orange, the client credential a key, an answer a tick, a refusal a cross. */
function drawCargo(cargo: Cargo, size: number, shift: Point) {
  const side = size * 1.8;
  const shape =
    cargo === 'b'
      ? svg`<rect x=${-side / 2} y=${-side / 2} width=${side} height=${side} rx=${size * 0.4} />`
      : svg`<circle r=${cargo === 'a' ? size : size * 0.82} />`;
  const letters: Readonly<Record<Cargo, unknown>> = {
    a: svg`<text y=${size * 0.36}>A</text>`,
    b: svg`<text y=${size * 0.36}>B</text>`,
    key: svg`<path d="M-5.500 0a2.500 2.500 0 1 0 5 0a2.500 2.500 0 1 0-5 0M-.5 0H6M4 0V3" />`,
    answer: svg`<path d="M-4.500 .5L-1.200 3.700L4.700-3.200" />`,
    refusal: svg`<path d="M-3.500-3.500L3.500 3.500M3.500-3.500L-3.500 3.500" />`,
  };
  return svg`<g class="cargo-${cargo}" transform="translate(${shift.x} ${shift.y})">${shape}${letters[cargo]}</g>`;
}
