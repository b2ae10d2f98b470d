import { expect, test } from '@jest/globals';
import { aadstsCodes } from '../../../../tools/doctor/aadsts.ts';
import { wordsOfCheck } from '../../../../tools/doctor/check-words.ts';
import { describeClientApp } from '../../../../tools/doctor/client-app-words.ts';
import { codeWords } from '../../../../tools/doctor/code-words.ts';
import { refusalOfCode } from '../../../../tools/doctor/explain-refusal.ts';
import { type Aadsts, Refusal } from '../../../../local/emulators/entra/refusal.ts';
import { problems } from '../../../../shared/api-error.ts';
import { apiErrorOf } from '../../../../shared/obo/refusal.ts';
import { authorizeChecks } from '../../../../shared/token/authorize.ts';
import { claimChecks } from '../../../../shared/token/checks.ts';
import { headerChecks } from '../../../../shared/token/parse.ts';

const checks = [
  ...['size', 'form', 'tenant', 'version', 'key', 'signature', 'kind'],
  ...[...headerChecks, ...claimChecks].map(({ name }) => name),
  ...authorizeChecks({ clientIds: [], confidential: true }),
];

test.each(checks)('the check "%s" has a cause and a fix', (name) => {
  expect(wordsOfCheck(name)?.cause).toMatch(/^\S.*\.$/);
  expect(wordsOfCheck(name)?.fix).toMatch(/^\S.*\.$/);
});

test('a name that is no check has no words, not even one that every object has', () => {
  expect(wordsOfCheck('constructor')).toBeUndefined();
  expect(wordsOfCheck(undefined)).toBeUndefined();
});

test.each(Object.keys(problems) as (keyof typeof problems)[])(
  'the code %s says what it means, where to look and what the Client App does',
  (code) => {
    expect(codeWords[code].means).toMatch(/\S.*[.…]$/);
    expect(codeWords[code].look).toMatch(/\S.*\.$/);
    expect(describeClientApp(code)).toMatch(/^says “.+” and .+\.$/);
  },
);

/** What the emulators's Entra sends with a code; `undefined` for a code that it does not know. */
function sentByEmulators(code: number): Refusal | undefined {
  try {
    return new Refusal(code as Aadsts);
  } catch {
    return undefined;
  }
}
const known = Object.keys(aadstsCodes).map(Number);

test.each(known.filter(sentByEmulators))(
  'AADSTS%d comes with the same words here and at the emulators',
  (code) => {
    const { error, suberror } = sentByEmulators(code) as Refusal;
    expect(refusalOfCode(code)).toMatchObject({ error, suberror });
  },
);

test('the emulators and the doctor share most codes', () => {
  expect(known.filter(sentByEmulators).length).toBeGreaterThan(20);
});

/** Every other code of the table must fall into a class of its own in shared/obo/refusal.ts. */
const unclassified = [90002];
test.each(known.filter((code) => !unclassified.includes(code)))('AADSTS%d has a class', (code) => {
  expect(apiErrorOf(refusalOfCode(code), []).code).not.toBe('bad_gateway');
});
