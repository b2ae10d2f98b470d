/** `npm run build` in client-app, as azd does: the files to deploy, in client-app/dist. */
import { cp, rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { build } from '../../tools/build.ts';
import { run } from './run.ts';

await run(async () => {
  await build();
  const to = fileURLToPath(new URL('../../client-app/dist', import.meta.url));
  await rm(to, { recursive: true, force: true });
  await cp(fileURLToPath(new URL('../../dist/client-app', import.meta.url)), to, {
    recursive: true,
    filter: (file) => !file.endsWith('.map'),
  });
});
