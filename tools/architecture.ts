/** `npm run architecture` draws docs/architecture.svg from the Bicep files in infra/. */
import { readFileSync, writeFileSync } from 'node:fs';
import { drawArchitecture } from './architecture/draw.ts';
import { readArchitecture } from './architecture/read-bicep.ts';

const infra = new URL('../infra/', import.meta.url);
const architecture = readArchitecture((file) => readFileSync(new URL(file, infra), 'utf8'));
writeFileSync(new URL('../docs/architecture.svg', import.meta.url), drawArchitecture(architecture));
