import { memory } from '../../../tools/capacity/plan.ts';
import { at } from '../snapshot.ts';
import { bothHave } from './apps.ts';
import { all, type Fact, fact, same } from './fact.ts';

const app = 'function-app.bicep';
const main = 'main.bicep';
const scaling = 'functionAppConfig.scaleAndConcurrency';

/** How the APIs grow, and the Client App's site. */
export const scaleFacts: readonly Fact[] = [
  fact(
    'an instance takes 50 requests at once',
    bothHave(`${scaling}.triggers.http.perInstanceConcurrency`, 50),
    main,
    'param concurrency int = 50',
    'param concurrency int = 1',
  ),
  fact(
    'an instance has 2 GB, which the capacity plan counts on',
    bothHave(`${scaling}.instanceMemoryMB`, 1_024 * memory),
    app,
    'instanceMemoryMB: 2048',
    'instanceMemoryMB: 4096',
  ),
  fact(
    'the number of instances has an end',
    bothHave(`${scaling}.maximumInstanceCount`, 100),
    main,
    'Instances int = 100',
    'Instances int = 1000',
  ),
  fact(
    'nothing is always ready unless asked for',
    ({ development, production }) =>
      same(at(development.app('original').site, `properties.${scaling}.alwaysReady`), []) &&
      same(at(production.app('original').site, `properties.${scaling}.alwaysReady`), [
        { name: 'http', instanceCount: 2 },
      ]),
    main,
    'param alwaysReady int = 0',
    'param alwaysReady int = 1',
  ),
  fact(
    'the Client App’s site is free',
    all('Microsoft.Web/staticSites', 1, 'sku.name', 'Free'),
    'client-app-site.bicep',
    "name: 'Free'",
    "name: 'Standard'",
  ),
  fact(
    'the Client App’s site takes the headers that come with its files',
    all('Microsoft.Web/staticSites', 1, 'properties.allowConfigFileUpdates', true),
    'client-app-site.bicep',
    'allowConfigFileUpdates: true',
    'allowConfigFileUpdates: false',
  ),
  fact(
    'the Client App has no preview sites, whose origins nobody would know',
    all('Microsoft.Web/staticSites', 1, 'properties.stagingEnvironmentPolicy', 'Disabled'),
    'client-app-site.bicep',
    "Policy: 'Disabled'",
    "Policy: 'Enabled'",
  ),
];
