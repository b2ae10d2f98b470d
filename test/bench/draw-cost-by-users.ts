/** What it costs to find a cached token B. */
export interface CostPoint {
  /** Users in the cache. */
  readonly users: number;
  /** Microseconds with this repository's cache. */
  readonly ours: number;
  /** Microseconds with msal-node's cache. Undefined where it was not measured. */
  readonly msal: number | undefined;
}

interface SeriesPoint {
  readonly users: number;
  /** Microseconds. */
  readonly cost: number;
}

interface Series {
  readonly name: string;
  readonly points: readonly SeriesPoint[];
  readonly colour: string;
  /** The SVG `stroke-dasharray`. Empty for a solid line. */
  readonly dashes: string;
}

const width = 720;
const height = 400;
const margin = { left: 70, right: 150, top: 30, bottom: 55 } as const;

const userTicks = [1, 10, 100, 1_000, 10_000, 100_000];
/** In microseconds. */
const costTicks = [
  { cost: 0.1, label: '0.1 µs' },
  { cost: 1, label: '1 µs' },
  { cost: 10, label: '10 µs' },
  { cost: 100, label: '100 µs' },
  { cost: 1_000, label: '1 ms' },
  { cost: 10_000, label: '10 ms' },
  { cost: 100_000, label: '100 ms' },
  { cost: 1_000_000, label: '1 s' },
];

/**
 * Draws the cost of finding a cached token B against the number of users as an SVG document. Both
 * axes are logarithmic. The picture has its own background, so dark pages show it too.
 */
export function drawCostByUsers(points: readonly CostPoint[], caption: string): string {
  const ours = points.map(({ users, ours }) => ({ users, cost: ours }));
  const msal: SeriesPoint[] = [];
  for (const { users, msal: cost } of points) if (cost !== undefined) msal.push({ users, cost });
  const series: readonly Series[] = [
    { name: 'msal-node’s own cache', points: msal, colour: '#b3261e', dashes: '6 4' },
    { name: 'this repository', points: ours, colour: '#0b57d0', dashes: '' },
  ];
  const axisMiddle = round((margin.left + width - margin.right) / 2);
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img"
  aria-labelledby="title description" font-family="system-ui, sans-serif" font-size="12">
<title id="title">Cost of finding a cached token B, by number of users</title>
<desc id="description">${series.map(describeSeries).join('; ')}.</desc>
<rect width="100%" height="100%" fill="#ffffff"/>
${costTicks.map(drawCostTick).join('\n')}
${userTicks.map(drawUserTick).join('\n')}
<text x="${axisMiddle}" y="${height - 12}" text-anchor="middle" fill="#444444"
  >users in the cache (${caption})</text>
${series.map(drawSeries).join('\n')}
</svg>
`;
}

const round = (value: number): number => Math.round(value * 10) / 10;

function xOf(users: number): number {
  const decades = Math.log10(100_000);
  const plotWidth = width - margin.left - margin.right;
  return round(margin.left + (Math.log10(users) / decades) * plotWidth);
}

function yOf(cost: number): number {
  const decades = Math.log10(1_000_000) - Math.log10(0.1);
  const plotHeight = height - margin.top - margin.bottom;
  const decadesAboveAxis = Math.log10(cost) - Math.log10(0.1);
  return round(height - margin.bottom - (decadesAboveAxis / decades) * plotHeight);
}

function drawCostTick({ cost, label }: (typeof costTicks)[number]): string {
  const y = yOf(cost);
  const line = `<path d="M${margin.left} ${y}H${width - margin.right}" stroke="#e3e3e3"/>`;
  const position = `x="${margin.left - 8}" y="${round(y + 4)}"`;
  return `${line}<text ${position} text-anchor="end" fill="#444444">${label}</text>`;
}

function drawUserTick(users: number): string {
  const position = `x="${xOf(users)}" y="${height - margin.bottom + 20}"`;
  return `<text ${position} text-anchor="middle" fill="#444444">${formatCount(users)}</text>`;
}

function drawSeries({ name, points, colour, dashes }: Series): string {
  const positions = points.map(({ users, cost }) => ({ x: xOf(users), y: yOf(cost) }));
  const path = positions.map(({ x, y }) => `${x} ${y}`).join('L');
  const end = positions.at(-1) ?? { x: 0, y: 0 };
  const labelPosition = `x="${round(end.x + 10)}" y="${round(end.y + 4)}"`;
  return [
    `<path d="M${path}" fill="none" stroke="${colour}" stroke-width="2" `,
    `stroke-dasharray="${dashes}"/>`,
    ...positions.map(({ x, y }) => `<circle cx="${x}" cy="${y}" r="3.5" fill="${colour}"/>`),
    `<text ${labelPosition} fill="${colour}" font-weight="600">${name}</text>`,
  ].join('');
}

function describeSeries({ name, points }: Series): string {
  const costs = points.map(
    ({ users, cost }) => `${cost.toPrecision(2)} µs with ${formatCount(users)} users`,
  );
  return `${name}: ${costs.join(', ')}`;
}

const formatCount = (count: number): string => count.toLocaleString('en');
