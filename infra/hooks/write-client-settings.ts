/** Runs before the Client App is deployed: writes its settings and headers for this environment. */
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { clientSettings } from '../../tools/client-app-settings.ts';
import { siteConfiguration } from '../../tools/client-app-site.ts';
import { readDeployment } from './environment.ts';
import { log, runHook } from './run-hook.ts';

const folder = new URL('../../client-app/dist/', import.meta.url);

await runHook(async () => {
  const deployment = readDeployment([
    'AZURE_AUTHORITY_HOST',
    'AZURE_TENANT_ID',
    'CLIENT_APP_ID',
    'ORIGINAL_API_CLIENT_ID',
    'ORIGINAL_API_URL',
  ]);
  if (!existsSync(folder))
    throw new Error(
      [
        'The folder client-app/dist does not exist.',
        'Run `azd package client-app` first, or `azd deploy`, which also packages.',
      ].join('\n'),
    );
  await writeJson('settings.json', clientSettings(deployment));
  await writeJson('staticwebapp.config.json', siteConfiguration(deployment));
  log(`Wrote settings.json and staticwebapp.config.json to ${fileURLToPath(folder)}`);
});

async function writeJson(name: string, value: unknown): Promise<void> {
  await writeFile(new URL(name, folder), `${JSON.stringify(value, null, 2)}\n`);
}
