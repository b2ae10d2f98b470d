import type { Point } from './on-behalf.ts';

const size = { width: 720, height: 400, left: 70, right: 150, top: 30, bottom: 55 };
const costs = [0.1, 1, 10, 100, 1_000, 10_000, 100_000, 1_000_000];
const users = [1, 10, 100, 1_000, 10_000, 100_000];
const labels = ['0.1 µs', '1 µs', '10 µs', '100 µs', '1 ms', '10 ms', '100 ms', '1 s'];

const x = (count: number) =>
  size.left + (Math.log10(count) / 5) * (size.width - size.left - size.right);
const y = (cost: number) =>
  size.height - size.bottom - ((Math.log10(cost) + 1) / 7) * (size.height - size.top - size.bottom);
const round = (value: number) => Math.round(value * 10) / 10;

/** The cost of one look-up of token B against the number of users, both axes logarithmic, as SVG that is readable on light and dark pages. */
export function drawPicture(points: readonly Point[], caption: string): string {
  const msal = points.flatMap(({ users, msal }) =>
    msal === undefined ? [] : [{ users, cost: msal }],
  );
  const ours = points.map(({ users, ours }) => ({ users, cost: ours }));
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${size.width} ${size.height}" role="img" aria-labelledby="title description" font-family="system-ui, sans-serif" font-size="12">
<title id="title">Cost of finding a cached token B, against the number of users</title>
<desc id="description">${describe('this repository', ours)}; ${describe('msal-node', msal)}.</desc>
<rect width="100%" height="100%" fill="#ffffff"/>
${costs.map((cost, index) => `<path d="M${size.left} ${round(y(cost))}H${size.width - size.right}" stroke="#e3e3e3"/><text x="${size.left - 8}" y="${round(y(cost) + 4)}" text-anchor="end" fill="#444444">${labels[index]}</text>`).join('\n')}
${users.map((count) => `<text x="${round(x(count))}" y="${size.height - size.bottom + 20}" text-anchor="middle" fill="#444444">${count.toLocaleString('en')}</text>`).join('\n')}
<text x="${round(x(316))}" y="${size.height - 12}" text-anchor="middle" fill="#444444">users in the cache (${caption})</text>
${drawLine(msal, '#b3261e', 'msal-node’s own cache', '6 4')}
${drawLine(ours, '#0b57d0', 'this repository', '')}
</svg>
`;
}

interface Spot {
  readonly users: number;
  readonly cost: number;
}

function drawLine(spots: readonly Spot[], colour: string, name: string, dashes: string): string {
  const at = spots.map((spot) => `${round(x(spot.users))} ${round(y(spot.cost))}`);
  const last = spots.at(-1) ?? { users: 1, cost: 1 };
  const dots = spots
    .map(
      (spot) =>
        `<circle cx="${round(x(spot.users))}" cy="${round(y(spot.cost))}" r="3.5" fill="${colour}"/>`,
    )
    .join('');
  const label = `<text x="${round(x(last.users) + 10)}" y="${round(y(last.cost) + 4)}" fill="${colour}" font-weight="600">${name}</text>`;
  return `<path d="M${at.join('L')}" fill="none" stroke="${colour}" stroke-width="2" stroke-dasharray="${dashes}"/>${dots}${label}`;
}

const describe = (name: string, spots: readonly Spot[]) =>
  `${name}: ${spots.map(({ users: count, cost }) => `${cost.toPrecision(2)} µs at ${count.toLocaleString('en')}`).join(', ')}`;
