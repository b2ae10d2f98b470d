import { expect, test } from '@jest/globals';
import { readDeployment } from '../../../infra/hooks/environment.ts';

test('an incomplete environment throws an error with the missing names and the fix', () => {
  expect(() =>
    readDeployment(['ORIGINAL_API_URL', 'PRIVATE_NETWORK'], { PRIVATE_NETWORK: 'false' }),
  ).toThrow(/no ORIGINAL_API_URL\. Run `azd provision`/);
});
