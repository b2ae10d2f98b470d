import { expect, test } from '@jest/globals';
import { compileExamples } from './compile-examples.ts';

test('an example that does not compile is reported with its file and line', () => {
  const good = { file: 'shared/entra.ts', line: 10, code: "createEntra({ tenantIds: ['a'] });" };
  const bad = { ...good, line: 20, code: '\ncreateEntra({ tenants: [] });' };
  const [none, [error = ''] = []] = compileExamples([good, bad]);
  expect(none).toEqual([]);
  expect(error).toMatch(/^shared\/entra\.ts:21: .*'tenants' does not exist/);
});
