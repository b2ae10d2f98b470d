import { expect } from '@jest/globals';
import { readDownstreamSettings } from '../../downstream-api/settings.ts';
import { readOriginalSettings } from '../../original-api/settings.ts';
import type { Environment } from '../../shared/settings.ts';
import { needs } from '../support/needs.ts';
import { bicepCli, readSnapshots } from './bicep.ts';
import { apis } from './facts/fact.ts';

const bicepTest = needs('bicep', bicepCli !== undefined);
const readers = { original: readOriginalSettings, downstream: readDownstreamSettings };

/** What the functions host reads; the code does not. */
const hosts = /^(AzureWebJobs|APPLICATIONINSIGHTS_)/;
/** What Azure itself puts into an app's environment. */
const platforms = ['IDENTITY_ENDPOINT', 'IDENTITY_HEADER'];

/** The names that the code looks up, found by looking. */
function namesRead(read: (environment: Environment) => unknown): readonly string[] {
  const names = new Set<string>();
  const environment = new Proxy({} as Environment, {
    get(_, name) {
      names.add(String(name));
      return undefined;
    },
  });
  expect(() => read(environment)).toThrow('must be');
  return [...names]
    .filter(
      (name) =>
        !/^(WEBSITE_|CONTAINER_|FUNCTIONS_|LEGION_)/.test(name) && !platforms.includes(name),
    )
    .sort();
}

/** What Azure will put where the snapshot has only a name for it. */
const examples: readonly (readonly [RegExp, string])[] = [
  [/clientAppRegistration/, 'c11e4700-0000-4000-8000-0000000000a1'],
  [/originalRegistration/, '0219a100-0000-4000-8000-0000000000a2'],
  [/downstreamRegistration/, 'd0375100-0000-4000-8000-0000000000a3'],
  [/clientId|home-tenant/, 'c0705000-0000-4000-8000-00000000c001'],
  [/loginEndpoint/, 'https://login.microsoftonline.com/'],
  [/origin/, 'https://happy-sea-0123.azurestaticapps.net'],
  [/endpoint/i, 'https://example.vault.azure.net/'],
];

bicepTest(
  'the settings in Bicep are exactly those that the code reads',
  async () => {
    const all = await readSnapshots();
    for (const snapshot of Object.values(all)) {
      for (const api of apis) {
        const set = Object.keys(snapshot.app(api).settings).filter((name) => !hosts.test(name));
        expect(set.sort()).toEqual(namesRead(readers[api]));
      }
    }
  },
  240_000,
);

bicepTest(
  'both APIs start with the values in Bicep, on Azure, where plain http is refused',
  async () => {
    const all = await readSnapshots();
    for (const snapshot of Object.values(all)) {
      for (const api of apis) {
        const values = Object.entries(snapshot.app(api).settings).map(([name, value]) => {
          const text = String(value);
          const [, example] = (/^\[|^home-tenant$/.test(text) &&
            examples.find(([pattern]) => pattern.test(text))) || [undefined, text];
          return [name, example];
        });
        expect(() =>
          readers[api]({ ...Object.fromEntries(values), WEBSITE_SKU: 'FlexConsumption' }),
        ).not.toThrow();
      }
    }
  },
  240_000,
);
