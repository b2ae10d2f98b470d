import { describe, expect, test } from '@jest/globals';
import { type Aadsts, Refusal } from '../../../../local/emulators/entra/refusal.ts';
import { problems } from '../../../../shared/api-error.ts';
import { apiErrorOf } from '../../../../shared/obo/refusal.ts';
import { authorizeChecks } from '../../../../shared/token/authorize.ts';
import { claimChecks } from '../../../../shared/token/checks.ts';
import { headerChecks } from '../../../../shared/token/parse.ts';
import { aadstsCodes } from '../../../../tools/doctor/aadsts-codes.ts';
import { describeClientApp } from '../../../../tools/doctor/describe-client-app.ts';
import { createEntraError } from '../../../../tools/doctor/explain-entra-error.ts';
import { problemMessages } from '../../../../tools/doctor/problem-messages.ts';
import { findTokenCheckMessage } from '../../../../tools/doctor/token-check-messages.ts';

const sentence = /^\S.*\.$/;

describe('token checks', () => {
  const checks = [
    ...['size', 'form', 'tenant', 'version', 'key', 'signature', 'kind'],
    ...[...headerChecks, ...claimChecks].map(({ name }) => name),
    ...authorizeChecks({ clientIds: [], confidential: true }),
  ];

  test.each(checks)('the check "%s" has a cause', (name) => {
    expect(findTokenCheckMessage(name)?.cause).toMatch(sentence);
  });

  test.each(checks)('the check "%s" has a fix', (name) => {
    expect(findTokenCheckMessage(name)?.fix).toMatch(sentence);
  });

  test.each(['constructor', undefined])('%s is not a check and has no message', (name) => {
    expect(findTokenCheckMessage(name)).toBeUndefined();
  });
});

describe('problem codes', () => {
  const codes = Object.keys(problems) as (keyof typeof problems)[];

  test.each(codes)('%s has a meaning', (code) => {
    expect(problemMessages[code].meaning).toMatch(/\S.*[.…]$/);
  });

  test.each(codes)('%s has a fix', (code) => {
    expect(problemMessages[code].fix).toMatch(sentence);
  });

  test.each(codes)('%s has a description of how the Client App handles it', (code) => {
    expect(describeClientApp(code)).toMatch(/^shows “.+” and .+\.$/);
  });
});

describe('AADSTS codes', () => {
  const known = Object.keys(aadstsCodes).map(Number);

  /** The error that the emulators send; `undefined` for a code that they do not know. */
  function createEmulatorError(code: number): Refusal | undefined {
    try {
      return new Refusal(code as Aadsts);
    } catch {
      return undefined;
    }
  }
  const sentByEmulators = known.filter(createEmulatorError);

  test.each(sentByEmulators)(
    'AADSTS%d has the error and suberror that the emulators send',
    (code) => {
      const { error, suberror } = createEmulatorError(code) as Refusal;
      expect(createEntraError(code)).toMatchObject({ error, suberror });
    },
  );

  test('the emulators send most of the codes', () => {
    expect(sentByEmulators.length).toBeGreaterThan(20);
  });

  /** AADSTS90002, an unknown tenant, is the only code without a category in shared/obo. */
  const withoutCategory = 90002;
  const withCategory = known.filter((code) => code !== withoutCategory);

  test.each(withCategory)('AADSTS%d has a category in shared/obo', (code) => {
    expect(apiErrorOf(createEntraError(code), []).code).not.toBe('bad_gateway');
  });
});
