import type { Place, Step } from './chain.ts';

export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Where everything stands, in the units of the picture's viewBox; `x` and `y` are centres. */
export interface Layout {
  readonly width: number;
  readonly height: number;
  readonly places: Readonly<Record<Place, Box>>;
  /** Between two arrows of the same pair. */
  readonly gap: number;
  /** Half a token. */
  readonly token: number;
}

const box = (x: number, y: number, width: number, height: number): Box => ({ x, y, width, height });

/** The article's picture: Client App left, Entra above, Downstream right, what Original holds its credential in below. */
export const wide: Layout = {
  width: 940,
  height: 520,
  gap: 38,
  token: 14,
  places: {
    entra: box(470, 66, 270, 116),
    client: box(105, 304, 170, 116),
    original: box(470, 304, 210, 116),
    downstream: box(835, 304, 170, 116),
    vault: box(365, 478, 160, 70),
    identity: box(575, 478, 180, 70),
  },
};

/** For a phone: the same, with the Client App, Downstream and the vault in one row below. */
export const narrow: Layout = {
  width: 360,
  height: 390,
  gap: 26,
  token: 11,
  places: {
    entra: box(196, 46, 190, 84),
    client: box(42, 350, 76, 72),
    original: box(200, 212, 132, 76),
    downstream: box(306, 350, 100, 72),
    vault: box(122, 350, 72, 58),
    identity: box(207, 350, 84, 58),
  },
};

export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface Arrow {
  readonly from: Point;
  readonly to: Point;
  /** Where the cargo rests. */
  readonly rest: Point;
}

const pairOf = ({ from, to }: Step): string => [from, to].sort().join(' ');

/** Where a line from the box's centre leaves the box. */
function edgeOf(start: Box, towards: Point): Point {
  const [dx, dy] = [towards.x - start.x, towards.y - start.y];
  const scale = Math.min(
    start.width / 2 / Math.abs(dx || 1e-9),
    start.height / 2 / Math.abs(dy || 1e-9),
  );
  return { x: start.x + dx * scale, y: start.y + dy * scale };
}

/** An arrow for each step that goes from one place to another, those of the same pair side by side; undefined for the others. */
export function layOut(
  steps: readonly Step[],
  { places, gap }: Layout,
): readonly (Arrow | undefined)[] {
  const lanes = Map.groupBy(
    steps.filter(({ from, to }) => from !== to),
    pairOf,
  );
  return steps.map((step) => {
    const mates = lanes.get(pairOf(step)) ?? [];
    if (step.from === step.to) return undefined;
    const [start, end] = [places[step.from], places[step.to]];
    // The same side for both directions, or going and coming would lie upon each other.
    const sign = step.from < step.to ? 1 : -1;
    const length = Math.hypot(end.x - start.x, end.y - start.y);
    const lane =
      (mates.indexOf(step) - (mates.length - 1) / 2) *
      Math.min(gap, (places.original.width * 0.8) / mates.length) *
      sign;
    const aside = {
      x: ((start.y - end.y) / length) * lane,
      y: ((end.x - start.x) / length) * lane,
    };
    const shift = ({ x, y }: Point): Point => ({ x: x + aside.x, y: y + aside.y });
    const [from, to] = [shift(edgeOf(start, end)), shift(edgeOf(end, start))];
    return {
      from,
      to,
      rest: { x: from.x + (to.x - from.x) * 0.5, y: from.y + (to.y - from.y) * 0.5 },
    };
  });
}
