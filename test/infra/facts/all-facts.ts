import { apiRegistrationFacts } from './api-registrations.ts';
import { appFacts } from './apps.ts';
import type { Fact } from './fact.ts';
import { networkFacts } from './network.ts';
import { registrationFacts } from './registrations.ts';
import { roleFacts } from './roles.ts';
import { scaleFacts } from './scale.ts';
import { scopeFacts } from './scopes.ts';
import { settingFacts } from './settings.ts';
import { storageFacts } from './storage.ts';
import { zoneFacts } from './zones.ts';

/** Everything that the tests assert about the predicted deployments. */
export const facts: readonly Fact[] = [
  ...appFacts,
  ...scaleFacts,
  ...settingFacts,
  ...storageFacts,
  ...roleFacts,
  ...registrationFacts,
  ...apiRegistrationFacts,
  ...scopeFacts,
  ...networkFacts,
  ...zoneFacts,
];
