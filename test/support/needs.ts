import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { test } from '@jest/globals';

/** The programs that some tests need and not every machine has, by the names they go by. */
const programs = {
  chromium: ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'],
  curl: ['curl'],
} as const;

type Program = keyof typeof programs;
type Body = () => unknown;

/** Where a program is on the PATH (or in /usr/bin), if it is. */
export function findProgram(program: Program): string | undefined {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/bin', '/usr/local/bin'];
  return folders.flatMap((folder) => programs[program].map((name) => join(folder, name))).find(isExecutable);
}

/**
 * `test` for tests that need a program: without it they are skipped with the reason in their name, and fail where CI=true.
 * `const browserTest = needs('chromium'); browserTest('signs in', async () => …, 60_000);`
 */
export function needs(
  program: Program,
  find: (program: Program) => string | undefined = findProgram,
): (name: string, body: Body, timeout?: number) => void {
  if (find(program)) return (name, body, timeout) => test(name, async () => void (await body()), timeout);
  const reason = `${program} is not installed`;
  if (process.env.CI !== 'true') return (name, body) => test.skip(`${name} [${reason}]`, async () => void (await body()));
  return (name) =>
    test(name, () => {
      throw new Error(`${reason}, and CI must have it.`);
    });
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
