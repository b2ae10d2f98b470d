/** `npm run build` in client-app, as azd runs it: puts the files to deploy into client-app/dist. */
import { cp, rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { build } from '../../tools/build.ts';
import { runHook } from './run-hook.ts';

await runHook(async () => {
  await build();
  const source = fileURLToPath(new URL('../../dist/client-app', import.meta.url));
  const target = fileURLToPath(new URL('../../client-app/dist', import.meta.url));
  await rm(target, { recursive: true, force: true });
  await cp(source, target, {
    recursive: true,
    filter: (file) => !file.endsWith('.map'),
  });
});
