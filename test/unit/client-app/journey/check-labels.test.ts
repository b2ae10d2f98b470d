import { expect, test } from '@jest/globals';
import { groupChecks } from '../../../../client-app/journey/check-labels.ts';
import { authorizeChecks } from '../../../../shared/token/authorize.ts';
import { claimChecks } from '../../../../shared/token/checks.ts';
import { headerChecks } from '../../../../shared/token/parse.ts';

test('every check of the shared module has a label', () => {
  const passed = [
    'form',
    ...[...headerChecks, ...claimChecks].map(({ name }) => name),
    'key',
    'signature',
    'kind',
    ...authorizeChecks({ clientIds: [], confidential: true }),
  ];
  const groups = groupChecks(passed);
  expect(groups.map(({ title }) => title)).not.toContain('More');
  expect(groups.flatMap(({ checks }) => checks)).toHaveLength(passed.length);
});

test('returns passed checks only, and an unknown check under its own name', () => {
  expect(groupChecks(['signature', 'moon-phase'])).toEqual([
    { title: 'Signature', checks: ['valid signature'] },
    { title: 'More', checks: ['moon-phase'] },
  ]);
});
