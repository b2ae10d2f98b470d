import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { test } from '@jest/globals';

/** The programs that some tests need and not every machine has, by the names they go by. */
const programs = {
  chromium: ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'],
  bicep: ['bicep'],
} as const;

type Program = keyof typeof programs;
type Body = () => unknown;

/** Where a program is on the PATH (or where Debian puts it), if it is. */
export function findProgram(program: Program): string | undefined {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/bin', '/usr/local/bin'];
  return folders
    .flatMap((folder) => programs[program].map((name) => join(folder, name)))
    .find(isExecutable);
}

/** What becomes of a test that needs a program; the reason says why it does not run. */
export function decide(
  program: string,
  found: boolean,
  ci: boolean,
): { readonly fate: 'run' | 'skip' | 'fail'; readonly reason: string } {
  if (found) return { fate: 'run', reason: '' };
  return ci
    ? { fate: 'fail', reason: `${program} is not installed, and CI must have it` }
    : { fate: 'skip', reason: `${program} is not installed` };
}

/**
 * `test` for tests that need a program: without it they are skipped with the reason in their name, and fail where CI=true.
 * `const browserTest = needs('chromium'); browserTest('signs in', async () => …, 60_000);`
 */
export function needs(
  program: Program,
  found = findProgram(program) !== undefined,
): (name: string, body: Body, timeout?: number) => void {
  const { fate, reason } = decide(program, found, process.env.CI === 'true');
  return (name, body, timeout) => {
    if (fate === 'run') test(name, async () => void (await body()), timeout);
    else if (fate === 'skip') test.skip(`${name} [${reason}]`, () => {});
    else test(name, () => Promise.reject(new Error(reason)));
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
