import { expect } from '@jest/globals';
import { setUpBrowserTests } from './browser-test.ts';
import { countRequests } from './count-requests.ts';
import { unexpectedErrors } from './open-browser.ts';
import { button } from './page-actions.ts';
import {
  expectNoMoreRequests,
  expectSavedWithoutReload,
  saveUnderPolicy,
} from './save-under-policy.ts';

const browserTest = setUpBrowserTests();

const signInOutage = 'The sign-in service is not answering.';
const outages = [
  {
    name: 'Entra returns 429 with Retry-After',
    policy: 'fault',
    value: 'token=429:6',
    message: signInOutage,
    recoveryTimeout: 30_000,
  },
  {
    name: 'Entra returns 503',
    policy: 'fault',
    value: 'token=503:2',
    message: signInOutage,
    recoveryTimeout: 30_000,
  },
  {
    name: 'the credential in Key Vault has expired',
    policy: 'vault-credential',
    value: 'expire',
    message: 'A service that this needs is not answering.',
    // Original API reads a refused credential again after a minute at the earliest.
    recoveryTimeout: 90_000,
  },
];

for (const { name, policy, value, message, recoveryTimeout } of outages) {
  browserTest(
    `counts down to a retry when ${name}, and saves on the same page afterwards`,
    async (context) => {
      const { stack, browser } = context;
      const { page } = browser;
      const typed = await saveUnderPolicy(context, policy, value);
      const notice = page.locator('.notice', { hasText: message });
      await notice.getByText(/^Trying again in [1-9]\d? s\.$/).waitFor();
      await browser.checkLayout(`outage-${value.replaceAll(/\W/g, '-')}`);
      const firstCounts = await countRequests(stack);
      expect(firstCounts['original PUT documents/{id} 503']).toBe(1);

      await button(page, 'Stop').click();
      expect(await notice.getByText('Trying again').count()).toBe(0);
      await expectNoMoreRequests(page, stack);

      await button(page, 'Try again').click();
      await notice.getByText('Trying again').waitFor();
      const secondCounts = await countRequests(stack);
      expect(secondCounts['original PUT documents/{id} 503']).toBe(2);

      await stack.resetPolicies();
      await expectSavedWithoutReload(page, typed, recoveryTimeout);
      expect(unexpectedErrors(browser, [503])).toEqual([]);
    },
    180_000,
  );
}
