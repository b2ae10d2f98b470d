/**
 * `npm run check`: the linter, which also enforces the dependency rules, and the types of every
 * TypeScript file. All checks run even if one fails.
 */
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { type Command, runCommand } from './command-line.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const require = createRequire(import.meta.url);
const biome = require.resolve('@biomejs/biome/bin/biome');
const tsc = fileURLToPath(new URL('../node_modules/typescript/bin/tsc', import.meta.url));

interface Check {
  readonly name: string;
  /** The arguments for Node. */
  readonly args: readonly string[];
}

const command = {
  usage: ['npm run check'],
  description: 'Checks the format, the lint and dependency rules, and the types of everything.',
  options: {},
} as const satisfies Command;

const checks: readonly Check[] = [
  { name: 'format, lint and dependency rules', args: [biome, 'check', '--error-on-warnings'] },
  checkTypes('the APIs', 'tsconfig.json'),
  checkTypes('the Client App', 'client-app/tsconfig.json'),
  checkTypes('the emulators', 'local/tsconfig.json'),
  checkTypes('the tools', 'tools/tsconfig.json'),
  checkTypes('the infrastructure scripts', 'infra/tsconfig.json'),
  checkTypes('the tests', 'test/tsconfig.json'),
];

function checkTypes(subject: string, project: string): Check {
  return { name: `types of ${subject}`, args: [tsc, '--project', project, '--noEmit'] };
}

await runCommand(command, () => {
  let exitCode = 0;
  for (const { name, args } of checks) {
    const { status } = spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit' });
    console.log(`${status === 0 ? 'ok' : 'FAILED'}: ${name}`);
    if (status !== 0) exitCode = 1;
  }
  return exitCode;
});
