/** `npm run bench`: measures every performance goal, next to other libraries. See `--help`. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { type Command, runCommand } from '../../tools/command-line.ts';
import { drawCostByUsers } from './draw-cost-by-users.ts';
import { measureColdStart } from './measure-cold-start.ts';
import { measureOnBehalfOf } from './measure-on-behalf-of.ts';
import { measureValidation } from './measure-validation.ts';
import { measureWarmChain } from './measure-warm-chain.ts';
import { replaceBetweenMarkers, writeTable } from './table.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const peers = [
  'jose',
  'jsonwebtoken',
  'jwks-rsa',
  'aws-jwt-verify',
  '@azure/msal-node',
  '@azure/identity',
];

/** Names the versions of Node and of the peers, and the processor. */
function describeEnvironment(): string {
  const { packages } = JSON.parse(readFileSync(`${root}package-lock.json`, 'utf8'));
  const versions = peers.map((name) => `${name} ${packages[`node_modules/${name}`].version}`);
  const processors = cpus();
  const model = processors[0]?.model.trim() || process.arch;
  return `Node ${process.versions.node}; ${versions.join(', ')}; ${processors.length} × ${model}`;
}

const command = {
  usage: ['npm run bench -- [--strict] [--write]'],
  description: 'Measures every performance goal next to other libraries.',
  options: {
    strict: { type: 'boolean', help: 'Exit with code 1 when a goal is missed.' },
    write: { type: 'boolean', help: 'Write the table to README.md and the picture to docs/.' },
  },
} as const satisfies Command;

await runCommand(command, async ({ values }) => {
  console.error('Measuring validation …');
  const validation = await measureValidation();
  console.error('Measuring the On-Behalf-Of cache …');
  const onBehalfOf = await measureOnBehalfOf();
  console.error('Measuring a warm chain …');
  const warmChain = await measureWarmChain();
  console.error('Measuring a cold start …');
  const coldStart = await measureColdStart();

  const rows = [...validation, ...onBehalfOf.rows, ...warmChain, ...coldStart];
  const note = 'Medians of interleaved rounds, in CPU time unless stated otherwise.';
  const table = `${writeTable(rows)}\n\n${note} ${describeEnvironment()}.`;
  console.log(table);

  if (values.write) {
    const readme = readFileSync(`${root}README.md`, 'utf8');
    writeFileSync(`${root}README.md`, replaceBetweenMarkers(readme, table));
    mkdirSync(`${root}docs`, { recursive: true });
    const picture = drawCostByUsers(onBehalfOf.points, `Node ${process.versions.node}`);
    writeFileSync(`${root}docs/cost-by-users.svg`, picture);
  }

  const missed = rows.filter(({ isMet }) => isMet === false);
  console.log(
    missed.length === 0
      ? '\nAll goals are met.'
      : `\n${missed.length} of ${rows.length} goals are missed.`,
  );
  return values.strict && missed.length > 0 ? 1 : 0;
});
// Servers and caches of the measurements may still hold timers.
process.exit();
