import type { Place, Step } from './chain-call.ts';

/** A position in the picture. */
export interface Point {
  /** The distance from the left edge. */
  readonly x: number;
  /** The distance from the top edge. */
  readonly y: number;
}

/** A rectangle. `x` and `y` are its center. */
export interface Box extends Point {
  /** The size from left to right. */
  readonly width: number;
  /** The size from top to bottom. */
  readonly height: number;
}

/** The positions in the picture, in units of its viewBox. */
export interface Layout {
  /** The width of the picture. */
  readonly width: number;
  /** The height of the picture. */
  readonly height: number;
  /** The box of each place. */
  readonly places: Readonly<Record<Place, Box>>;
  /** The distance between two arrows that connect the same places. */
  readonly arrowGap: number;
  /** Half of a token's width. */
  readonly tokenRadius: number;
}

/** A straight arrow between the borders of two places. */
export interface Arrow {
  /** Where the arrow starts. */
  readonly from: Point;
  /** Where the tip of the arrow is. */
  readonly to: Point;
  /** Where the cargo stops: the middle of the arrow. */
  readonly middle: Point;
}

const box = (x: number, y: number, width: number, height: number): Box => ({ x, y, width, height });

/**
 * The article's picture: Client App on the left, Entra at the top, Downstream API on the right.
 * Microsoft Graph is below Downstream API. Key Vault and the managed identity at the bottom are
 * where Original API gets its credential.
 */
export const wide: Layout = {
  width: 940,
  height: 520,
  arrowGap: 38,
  tokenRadius: 14,
  places: {
    entra: box(470, 66, 270, 116),
    client: box(105, 304, 170, 116),
    original: box(470, 304, 210, 116),
    downstream: box(835, 304, 170, 116),
    vault: box(365, 478, 160, 70),
    identity: box(575, 478, 180, 70),
    graph: box(835, 478, 170, 70),
  },
};

/**
 * The picture for a phone: everything that Original API connects to, except Entra and Microsoft
 * Graph, is below it.
 */
export const narrow: Layout = {
  width: 360,
  height: 390,
  arrowGap: 26,
  tokenRadius: 11,
  places: {
    entra: box(196, 46, 190, 84),
    client: box(42, 350, 76, 72),
    original: box(200, 212, 132, 76),
    downstream: box(306, 350, 100, 72),
    vault: box(122, 350, 72, 58),
    identity: box(207, 350, 84, 58),
    graph: box(43, 176, 80, 58),
  },
};

/**
 * Computes an arrow for each step between two places. Arrows that connect the same places are
 * parallel. A step inside of one place has no arrow.
 */
export function layOut(steps: readonly Step[], layout: Layout): readonly (Arrow | undefined)[] {
  const betweenPlaces = steps.filter(({ from, to }) => from !== to);
  const byConnection = Map.groupBy(betweenPlaces, connectionOf);
  return steps.map((step) => {
    if (step.from === step.to) return undefined;
    const parallel = byConnection.get(connectionOf(step)) ?? [];
    return layOutArrow(step, parallel.indexOf(step), parallel.length, layout);
  });
}

/** Identifies the two places of a step. The text is the same for both directions. */
const connectionOf = ({ from, to }: Step): string => [from, to].sort().join(' ');

/** @param index The position of the step among the `count` steps of its connection. */
function layOutArrow(
  step: Step,
  index: number,
  count: number,
  { places, arrowGap }: Layout,
): Arrow {
  const start = places[step.from];
  const end = places[step.to];
  const gap = Math.min(arrowGap, (places.original.width * 0.8) / count);
  // Opposite directions have opposite normals. Without the sign, their arrows would overlap.
  const sign = step.from < step.to ? 1 : -1;
  const offset = (index - (count - 1) / 2) * gap * sign;
  const shift = shiftAside(start, end, offset);
  const from = shift(findBorderPoint(start, end));
  const to = shift(findBorderPoint(end, start));
  return { from, to, middle: { x: (from.x + to.x) / 2, y: (from.y + to.y) / 2 } };
}

/** Returns a function that moves a point at a right angle to the line from `start` to `end`. */
function shiftAside(start: Point, end: Point, distance: number): (point: Point) => Point {
  const length = Math.hypot(end.x - start.x, end.y - start.y);
  const dx = ((start.y - end.y) / length) * distance;
  const dy = ((end.x - start.x) / length) * distance;
  return ({ x, y }) => ({ x: x + dx, y: y + dy });
}

/** Keeps the division below finite for a line that is parallel to an axis. */
const almostZero = 1e-9;

/** Finds the point where the line from the center of a box towards another point leaves the box. */
function findBorderPoint(box: Box, towards: Point): Point {
  const dx = towards.x - box.x;
  const dy = towards.y - box.y;
  const scale = Math.min(
    box.width / 2 / Math.abs(dx || almostZero),
    box.height / 2 / Math.abs(dy || almostZero),
  );
  return { x: box.x + dx * scale, y: box.y + dy * scale };
}
