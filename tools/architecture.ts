/** `node tools/architecture.ts`: draws docs/architecture.svg anew, from the Bicep files. */
import { readFileSync, writeFileSync } from 'node:fs';
import { drawArchitecture } from './architecture/draw.ts';

const picture = drawArchitecture((file) => readFileSync(new URL(file, import.meta.url), 'utf8'));
writeFileSync(new URL('../docs/architecture.svg', import.meta.url), picture);
