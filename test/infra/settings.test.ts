import { expect } from '@jest/globals';
import { readDownstreamSettings } from '../../downstream-api/settings.ts';
import { readOriginalSettings } from '../../original-api/settings.ts';
import type { Environment } from '../../shared/settings.ts';
import { needs } from '../support/needs.ts';
import { bicepCli, readSnapshots } from './bicep.ts';
import { apis } from './facts/fact.ts';
import type { Tree } from './snapshot.ts';

const bicepTest = needs('bicep', bicepCli !== undefined);
const readers = { original: readOriginalSettings, downstream: readDownstreamSettings };

/** The settings that only the functions host reads. */
const hostSetting = /^(AzureWebJobs|APPLICATIONINSIGHTS_)/;

/** The variables that Azure adds to the environment of an app. */
const platformVariable =
  /^(WEBSITE_|CONTAINER_|FUNCTIONS_|LEGION_|IDENTITY_ENDPOINT$|IDENTITY_HEADER$)/;

/** Returns the names of the settings that an API reads, recorded while it reads them. */
function findSettingsRead(readSettings: (environment: Environment) => unknown): readonly string[] {
  const names = new Set<string>();
  const environment = new Proxy({} as Environment, {
    get(_, name) {
      names.add(String(name));
      return undefined;
    },
  });
  expect(() => readSettings(environment)).toThrow('must be');
  return [...names].filter((name) => !platformVariable.test(name)).sort();
}

/** Values for expressions whose value exists only after the deployment. The first match counts. */
const exampleValues: readonly { readonly expression: RegExp; readonly value: string }[] = [
  { expression: /clientAppRegistration/, value: 'c11e4700-0000-4000-8000-0000000000a1' },
  { expression: /originalRegistration/, value: '0219a100-0000-4000-8000-0000000000a2' },
  { expression: /downstreamRegistration/, value: 'd0375100-0000-4000-8000-0000000000a3' },
  { expression: /clientId|home-tenant/, value: 'c0705000-0000-4000-8000-00000000c001' },
  { expression: /graph\.microsoft\.com/, value: 'https://graph.microsoft.com' },
  { expression: /loginEndpoint/, value: 'https://login.microsoftonline.com/' },
  { expression: /origin/, value: 'https://happy-sea-0123.azurestaticapps.net' },
  { expression: /endpoint/i, value: 'https://example.vault.azure.net/' },
];

/** Returns the environment of an API in Azure, with example values for expressions. */
function createEnvironment(settings: Tree): Environment {
  const environment: Record<string, string> = { WEBSITE_SKU: 'FlexConsumption' };
  for (const [name, setting] of Object.entries(settings)) {
    const text = String(setting);
    const isExpression = text.startsWith('[') || text === 'home-tenant';
    const example = exampleValues.find(({ expression }) => expression.test(text));
    environment[name] = isExpression && example ? example.value : text;
  }
  return environment;
}

bicepTest(
  'the app settings in Bicep are exactly those that the APIs read',
  async () => {
    for (const snapshot of Object.values(await readSnapshots())) {
      for (const api of apis) {
        const names = Object.keys(snapshot.app(api).settings);
        const apiSettings = names.filter((name) => !hostSetting.test(name)).sort();
        expect(apiSettings).toEqual(findSettingsRead(readers[api]));
      }
    }
  },
  240_000,
);

bicepTest(
  'the APIs accept the app settings in Bicep on Azure, where plain http is invalid',
  async () => {
    for (const snapshot of Object.values(await readSnapshots())) {
      for (const api of apis) {
        const environment = createEnvironment(snapshot.app(api).settings);
        expect(() => readers[api](environment)).not.toThrow();
      }
    }
  },
  240_000,
);
