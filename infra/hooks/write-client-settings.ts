/** Before the Client App is deployed: its settings and headers for this environment, beside its files. */
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { clientSettings } from '../../tools/client-app-settings.ts';
import { siteConfiguration } from '../../tools/client-app-site.ts';
import { readDeployment } from './environment.ts';
import { run, say } from './run.ts';

await run(async () => {
  const deployment = readDeployment([
    'AZURE_AUTHORITY_HOST',
    'AZURE_TENANT_ID',
    'CLIENT_APP_ID',
    'ORIGINAL_API_CLIENT_ID',
    'ORIGINAL_API_URL',
  ]);
  const folder = new URL('../../client-app/dist/', import.meta.url);
  if (!existsSync(folder))
    throw new Error(
      'There is no client-app/dist: run `azd package client-app` first, or `azd deploy`, which does both.',
    );
  const write = (name: string, json: unknown) =>
    writeFile(new URL(name, folder), `${JSON.stringify(json, null, 2)}\n`);
  await write('settings.json', clientSettings(deployment));
  await write('staticwebapp.config.json', siteConfiguration(deployment));
  say(`Wrote settings.json and staticwebapp.config.json to ${fileURLToPath(folder)}`);
});
