import { expect, test } from '@jest/globals';
import { groupChecks } from '../../../../client-app/journey/check-words.ts';
import { authorizeChecks } from '../../../../shared/token/authorize.ts';
import { claimChecks } from '../../../../shared/token/checks.ts';
import { headerChecks } from '../../../../shared/token/parse.ts';

test('has words for every check that the shared module makes', () => {
  const names = [...headerChecks, ...claimChecks].map(({ name }) => name);
  const passed = [
    'form',
    ...names,
    'key',
    'signature',
    'kind',
    ...authorizeChecks({ clientIds: [], confidential: true }),
  ];
  const groups = groupChecks(passed);
  expect(groups.map(({ title }) => title)).not.toContain('More');
  expect(groups.flatMap(({ checks }) => checks)).toHaveLength(passed.length);
});

test('shows only checks that were passed, and an unknown one as it is', () => {
  expect(groupChecks(['signature', 'moon-phase'])).toEqual([
    { title: 'Its signature', checks: ['the signature is good'] },
    { title: 'More', checks: ['moon-phase'] },
  ]);
});
