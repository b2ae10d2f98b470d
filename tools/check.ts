/** `npm run check`: the linter (which also holds the arrows between the rooms) and the types of everything; all of it runs even if one part fails. */
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const require = createRequire(import.meta.url);
const biome = require.resolve('@biomejs/biome/bin/biome');
const tsc = fileURLToPath(new URL('../node_modules/typescript/bin/tsc', import.meta.url));

const checks: readonly (readonly [string, readonly string[]])[] = [
  ['lint, format and arrows', [biome, 'check', '--error-on-warnings']],
  ['types of what ships', [tsc, '--project', 'tsconfig.json', '--noEmit']],
  ['types of the tests and the emulators', [tsc, '--project', 'test/tsconfig.json']],
  ['types of the Client App', [tsc, '--project', 'client-app/tsconfig.json']],
];

for (const [name, command] of checks) {
  const { status } = spawnSync(process.execPath, command, { cwd: root, stdio: 'inherit' });
  console.log(`${status === 0 ? 'ok' : 'FAILED'}: ${name}`);
  if (status !== 0) process.exitCode = 1;
}
