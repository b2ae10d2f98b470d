import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { test } from '@jest/globals';

/** Programs that some tests need and not every machine has, each with its possible file names. */
const programs = {
  chromium: ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'],
  bicep: ['bicep'],
} as const;

type Program = keyof typeof programs;
type Body = () => unknown;

/** Finds a program on the PATH or in the usual folders; `undefined` when it is not installed. */
export function findProgram(program: Program): string | undefined {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/bin', '/usr/local/bin'];
  return folders
    .flatMap((folder) => programs[program].map((name) => join(folder, name)))
    .find(isExecutable);
}

/** The treatment of a test that needs a program. */
export interface TestPlan {
  /** Whether the test runs, is skipped or fails. */
  readonly action: 'run' | 'skip' | 'fail';
  /** Why the test does not run; empty when it runs. */
  readonly reason: string;
}

/**
 * Decides whether a test runs. A test whose requirement is not met is skipped, but in CI it fails.
 *
 * @param problem why the requirement is not met, or `undefined` if it is met
 */
export function planTest(problem: string | undefined, ci: boolean): TestPlan {
  if (problem === undefined) return { action: 'run', reason: '' };
  if (ci) return { action: 'fail', reason: `${problem}, and CI requires it` };
  return { action: 'skip', reason: problem };
}

/** Defines a test. */
export type DefineTest = (name: string, body: Body, timeout?: number) => void;

/**
 * Returns a `test` function for tests that need a program. Without the program the tests are
 * skipped with the reason in their name; when `CI` is `true`, they fail.
 *
 * @example
 * const browserTest = needs('chromium');
 * browserTest('signs in', async () => {}, 60_000);
 */
export function needs(
  program: Program,
  installed = findProgram(program) !== undefined,
): DefineTest {
  return testUnless(installed ? undefined : `${program} is not installed`);
}

/**
 * Returns a `test` function for tests with another requirement than a program.
 *
 * @param problem why the requirement is not met, or `undefined` if it is met
 */
export function testUnless(problem: string | undefined): DefineTest {
  const { action, reason } = planTest(problem, process.env.CI === 'true');
  return (name, body, timeout) => {
    if (action === 'run') {
      test(
        name,
        async () => {
          await body();
        },
        timeout,
      );
    } else if (action === 'skip') {
      test.skip(`${name} [${reason}]`, () => {});
    } else {
      test(name, () => {
        throw new Error(reason);
      });
    }
  };
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
