import { memory } from '../../../tools/capacity/plan.ts';
import { at } from '../snapshot.ts';
import { bothHave } from './apps.ts';
import { all, type Fact, same } from './fact.ts';

const app = 'function-app.bicep';
const main = 'main.bicep';
const scaling = 'functionAppConfig.scaleAndConcurrency';

/** Facts about the instances of the APIs, and about the Client App's site. */
export const scaleFacts: readonly Fact[] = [
  {
    name: 'an instance handles 50 concurrent requests',
    isTrue: bothHave(`${scaling}.triggers.http.perInstanceConcurrency`, 50),
    mutation: {
      file: main,
      from: 'param concurrency int = 50',
      to: 'param concurrency int = 1',
    },
  },
  {
    name: 'an instance has the memory that the capacity plan assumes',
    isTrue: bothHave(`${scaling}.instanceMemoryMB`, 1_024 * memory),
    mutation: {
      file: app,
      from: 'instanceMemoryMB: 2048',
      to: 'instanceMemoryMB: 4096',
    },
  },
  {
    name: 'an API has at most 100 instances',
    isTrue: bothHave(`${scaling}.maximumInstanceCount`, 100),
    mutation: {
      file: main,
      from: 'Instances int = 100',
      to: 'Instances int = 1000',
    },
  },
  {
    name: 'an API has always-ready instances only if they are configured',
    isTrue: ({ development, production }) =>
      same(at(development.app('original').site, `properties.${scaling}.alwaysReady`), []) &&
      same(at(production.app('original').site, `properties.${scaling}.alwaysReady`), [
        { name: 'http', instanceCount: 2 },
      ]),
    mutation: {
      file: main,
      from: 'param alwaysReady int = 0',
      to: 'param alwaysReady int = 1',
    },
  },
  {
    name: 'the site of the Client App has the free plan',
    isTrue: all('Microsoft.Web/staticSites', 1, 'sku.name', 'Free'),
    mutation: {
      file: 'client-app-site.bicep',
      from: "name: 'Free'",
      to: "name: 'Standard'",
    },
  },
  {
    name: 'the site of the Client App accepts its own configuration file',
    isTrue: all('Microsoft.Web/staticSites', 1, 'properties.allowConfigFileUpdates', true),
    mutation: {
      file: 'client-app-site.bicep',
      from: 'allowConfigFileUpdates: true',
      to: 'allowConfigFileUpdates: false',
    },
  },
  {
    name: 'the Client App has no staging environments with unknown origins',
    isTrue: all('Microsoft.Web/staticSites', 1, 'properties.stagingEnvironmentPolicy', 'Disabled'),
    mutation: {
      file: 'client-app-site.bicep',
      from: "Policy: 'Disabled'",
      to: "Policy: 'Enabled'",
    },
  },
];
