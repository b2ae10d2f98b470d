/**
 * `npm run bench [-- --strict] [--write]`: every goal of speed beside its peers, measured now. `--strict`: exit code 1 when one is missed;
 * `--write`: the table into README.md and the picture into docs/.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { measureCold } from './cold.ts';
import { measureOnBehalf } from './on-behalf.ts';
import { drawPicture } from './picture.ts';
import { putBetweenMarkers, writeTable } from './table.ts';
import { measureValidation } from './validation.ts';
import { measureWarmChain } from './warm-chain.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const peers = [
  'jose',
  'jsonwebtoken',
  'jwks-rsa',
  'aws-jwt-verify',
  '@azure/msal-node',
  '@azure/identity',
];

function readVersions(): string {
  const { packages } = JSON.parse(readFileSync(`${root}package-lock.json`, 'utf8'));
  const versions = peers.map((name) => `${name} ${packages[`node_modules/${name}`].version}`);
  const [processor] = cpus();
  return `Node ${process.versions.node}; ${versions.join(', ')}; ${cpus().length} × ${processor?.model.trim() || process.arch}`;
}

const { values: options } = parseArgs({
  options: { strict: { type: 'boolean' }, write: { type: 'boolean' } },
});
const say = (text: string) => console.error(text);

say('Validation …');
const validation = await measureValidation();
say('On behalf of …');
const onBehalfOf = await measureOnBehalf();
say('A warm chain …');
const warm = await measureWarmChain();
say('A cold process …');
const cold = await measureCold();

const rows = [...validation, ...onBehalfOf.rows, ...warm, ...cold];
const versions = readVersions();
const table = `${writeTable(rows)}\n\nMedians of interleaved rounds, in processor time where nothing else is said. ${versions}.`;
console.log(table);
if (options.write) {
  writeFileSync(
    `${root}README.md`,
    putBetweenMarkers(readFileSync(`${root}README.md`, 'utf8'), table),
  );
  mkdirSync(`${root}docs`, { recursive: true });
  writeFileSync(
    `${root}docs/cost-by-users.svg`,
    drawPicture(onBehalfOf.points, `Node ${process.versions.node}`),
  );
}
const missed = rows.filter(({ met }) => met === false);
console.log(
  missed.length === 0
    ? '\nEvery goal is met.'
    : `\n${missed.length} of ${rows.length} goals missed.`,
);
process.exit(options.strict && missed.length > 0 ? 1 : 0);
