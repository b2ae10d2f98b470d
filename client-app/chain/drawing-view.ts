import { keyed } from 'lit/directives/keyed.js';
import { nothing, svg } from 'lit/html.js';
import { onFirstRender } from '../ui/on-first-render.ts';
import type { Cargo, ChainCall, Place, Step } from './chain-call.ts';
import { type Arrow, type Box, type Layout, layOut, type Point } from './layout.ts';
import { stepDuration } from './player.ts';

/** Up to this width, the picture uses the text size for phones. */
const narrowWidth = 500;
const lineHeight = 19;

/** The names of the places, one entry per line of text. */
const placeLines: Readonly<Record<Place, readonly string[]>> = {
  client: ['Client', 'App'],
  entra: ['Entra ID'],
  original: ['Original', 'API'],
  downstream: ['Downstream', 'API'],
  vault: ['Key', 'Vault'],
  identity: ['Managed', 'identity'],
  graph: ['Microsoft', 'Graph'],
};

/**
 * Draws the steps of a call from the first one to the one at `current`. The list of steps is the
 * text alternative, so the picture only has a label.
 *
 * @param isAnimated Whether the cargo of the current step moves along its arrow.
 */
export function drawChain(
  call: ChainCall | undefined,
  current: number,
  layout: Layout,
  isAnimated: boolean,
) {
  const steps = call?.steps ?? [];
  const visible = steps.slice(0, current + 1);
  const arrows = layOut(steps, layout);
  const stoppedAt = current >= steps.length - 1 ? call?.stop?.where : undefined;

  const drawStep = (step: Step, index: number) => {
    const arrow = arrows[index];
    if (!arrow) return nothing;
    const isCurrent = index === current;
    const key = `${call?.id} ${index} ${layout.width}`;
    return keyed(
      key,
      drawArrow(step, arrow, {
        number: index + 1,
        tokenRadius: layout.tokenRadius,
        isCurrent,
        isAnimated: isCurrent && isAnimated,
      }),
    );
  };

  return svg`<svg
    class="chain-picture ${layout.width < narrowWidth ? 'chain-narrow' : ''}"
    viewBox="0 0 ${layout.width} ${layout.height}"
    role="img"
    aria-label=${describePicture(call, current)}
  >
    ${drawTracks(layout)}
    ${(Object.keys(layout.places) as Place[]).map((place) =>
      drawPlace(place, layout.places[place], visible, place === stoppedAt),
    )}
    ${visible.map(drawStep)}
  </svg>`;
}

function describePicture(call: ChainCall | undefined, current: number): string {
  if (!call) return 'Picture of the chain';
  const { operation, steps } = call;
  const title = steps[current]?.title ?? '';
  return `Picture of ${operation}, step ${current + 1} of ${steps.length}: ${title}`;
}

/** The pairs of places that communicate. A grey line connects them. */
const connections: readonly (readonly [Place, Place])[] = [
  ['client', 'entra'],
  ['client', 'original'],
  ['original', 'entra'],
  ['original', 'vault'],
  ['original', 'identity'],
  ['original', 'downstream'],
  ['original', 'graph'],
];

const drawTracks = ({ places }: Layout) =>
  connections.map(([one, other]) => {
    const start = places[one];
    const end = places[other];
    return svg`<line class="track" x1=${start.x} y1=${start.y} x2=${end.x} y2=${end.y} />`;
  });

function drawPlace(place: Place, box: Box, visible: readonly Step[], isStopped: boolean) {
  const { x, y, width, height } = box;
  const inner = visible.findLast(({ from, to }) => from === place && to === place);
  const isActive = visible.at(-1)?.to === place;
  const lines = placeLines[place];
  const top = y - ((lines.length - 1) * lineHeight) / 2 - (inner ? 10 : 0);
  const left = x - width / 2;
  const shape =
    place === 'entra'
      ? svg`<path d=${cloudPath(box)} />`
      : svg`<rect x=${left} y=${y - height / 2} width=${width} height=${height} rx="16" />`;
  const note = inner
    ? svg`<text
        class="place-note note-${inner.outcome}"
        x=${x}
        y=${top + lines.length * lineHeight + 8}
      >${describeInnerStep(inner)}</text>`
    : nothing;
  return svg`<g
    class="place-box place-${place} ${isActive ? 'place-now' : ''} ${
      isStopped ? 'place-stopped' : ''
    }"
  >
    ${shape}
    ${lines.map(
      (line, index) => svg`<text x=${x} y=${top + index * lineHeight + 5}>${line}</text>`,
    )}
    ${note}
  </g>`;
}

function describeInnerStep({ outcome, cargo }: Step): string {
  if (outcome === 'refused') return '✕ refused';
  const token = cargo[0] === 'b' ? 'B' : 'A';
  return outcome === 'cached' ? `↻ ${token} cached` : `✓ ${token} checked`;
}

/** The path of a cloud that fills a box. The coordinates are for a box of 96 × 60. */
function cloudPath({ x, y, width, height }: Box): string {
  const scaleX = width / 96;
  const scaleY = height / 60;
  const point = (px: number, py: number) => `${x + (px - 48) * scaleX} ${y + (py - 30) * scaleY}`;
  const arc = (radiusX: number, radiusY: number, px: number, py: number) =>
    `A${radiusX * scaleX} ${radiusY * scaleY} 0 0 1 ${point(px, py)}`;
  const left = arc(17, 17, 16, 24);
  const top = arc(26, 24, 62, 12);
  const right = arc(21, 21, 80, 58);
  return `M${point(18, 58)}${left}${top}${right}Z`;
}

interface ArrowOptions {
  /** The number of the step. */
  readonly number: number;
  readonly tokenRadius: number;
  readonly isCurrent: boolean;
  readonly isAnimated: boolean;
}

function drawArrow(step: Step, arrow: Arrow, options: ArrowOptions) {
  const { from, to, middle } = arrow;
  const { number, tokenRadius, isCurrent, isAnimated } = options;
  const radians = Math.atan2(to.y - from.y, to.x - from.x);
  const degrees = (radians * 180) / Math.PI;
  const kind = step.outcome === 'refused' ? 'refusal' : (step.cargo[0] ?? 'response');
  // Two tokens on one arrow follow each other.
  const cargo = step.cargo.map((item, index) => {
    const distance = ((step.cargo.length - 1) / 2 - index) * tokenRadius * 1.8;
    const shift = { x: Math.cos(radians) * distance, y: Math.sin(radians) * distance };
    return drawCargo(item, tokenRadius, shift);
  });
  const animate = (element: Element) => {
    if (isAnimated) moveCargo(element, from, middle);
  };
  return svg`<g class="arrow arrow-${kind} ${isCurrent ? 'arrow-now' : ''}">
    <line x1=${from.x} y1=${from.y} x2=${to.x} y2=${to.y} />
    <path
      class="tip"
      d="M0 0L-10 5.500V-5.500Z"
      transform="translate(${to.x} ${to.y}) rotate(${degrees})"
    />
    ${drawStepNumber(number, arrow, tokenRadius)}
    <g class="cargo" transform="translate(${middle.x} ${middle.y})" ${onFirstRender(animate)}>
      ${cargo}
    </g>
  </g>`;
}

function moveCargo(element: Element, from: Point, to: Point): void {
  const place = ({ x, y }: Point) => `translate(${x}px, ${y}px)`;
  element.animate([{ transform: place(from) }, { transform: place(to) }], {
    duration: stepDuration * 0.75,
    easing: 'ease-in-out',
  });
}

/** A short arrow has no room for a number next to its cargo. */
function drawStepNumber(number: number, { from, to }: Arrow, tokenRadius: number) {
  const length = Math.hypot(to.x - from.x, to.y - from.y);
  if (length <= tokenRadius * 4.6) return nothing;
  // Long arrows start close to other arrows, so their number is further from the start.
  const part = length > tokenRadius * 18 ? 0.28 : 0.16;
  const x = from.x + (to.x - from.x) * part;
  const y = from.y + (to.y - from.y) * part;
  return svg`<g transform="translate(${x} ${y})">
    <circle class="step-ground" r="9" />
    <text class="step-number" y="4">${number}</text>
  </g>`;
}

/** Token B is square as in the article. Everything else is round. */
function drawCargo(cargo: Cargo, tokenRadius: number, shift: Point) {
  return svg`<g class="cargo-${cargo}" transform="translate(${shift.x} ${shift.y})">
    ${cargo === 'b' ? drawSquare(tokenRadius * 1.8) : drawDisc(cargo, tokenRadius)}
    ${drawSymbol(cargo, tokenRadius)}
  </g>`;
}

function drawSquare(side: number) {
  const start = -side / 2;
  return svg`<rect x=${start} y=${start} width=${side} height=${side} rx=${side * 0.22} />`;
}

const drawDisc = (cargo: Cargo, tokenRadius: number) =>
  svg`<circle r=${cargo === 'a' ? tokenRadius : tokenRadius * 0.82} />`;

/** A letter for a token, a key for the credential, a tick for a response, a cross for a refusal. */
function drawSymbol(cargo: Cargo, tokenRadius: number) {
  const baseline = tokenRadius * 0.36;
  switch (cargo) {
    case 'a':
      return svg`<text y=${baseline}>A</text>`;
    case 'b':
      return svg`<text y=${baseline}>B</text>`;
    case 'credential':
      return svg`<path
        d="M-5.500 0a2.500 2.500 0 1 0 5 0a2.500 2.500 0 1 0-5 0M-.5 0H6M4 0V3"
      />`;
    case 'response':
      return svg`<path d="M-4.500 .5L-1.200 3.700L4.700-3.200" />`;
    case 'refusal':
      return svg`<path d="M-3.500-3.500L3.500 3.500M3.500-3.500L-3.500 3.500" />`;
  }
}
