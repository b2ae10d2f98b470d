/** `npm run architecture` draws docs/architecture.svg from the Bicep files in infra/. */
import { readFileSync, writeFileSync } from 'node:fs';
import { drawArchitecture } from './architecture/draw.ts';
import { readArchitecture } from './architecture/read-bicep.ts';
import { type Command, runCommand } from './command-line.ts';

const command = {
  usage: ['npm run architecture'],
  description: 'Draws docs/architecture.svg from the Bicep files in infra/.',
  options: {},
} as const satisfies Command;

const infra = new URL('../infra/', import.meta.url);
const picture = new URL('../docs/architecture.svg', import.meta.url);

await runCommand(command, () => {
  const architecture = readArchitecture((file) => readFileSync(new URL(file, infra), 'utf8'));
  writeFileSync(picture, drawArchitecture(architecture));
});
