/** Prints a line for the user. */
export const log = (line: string): void => console.log(line);

/**
 * Runs a hook. If it fails, prints the message of the error and sets the exit code 1, which stops
 * azd.
 */
export async function runHook(hook: () => Promise<void>): Promise<void> {
  try {
    await hook();
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  }
}
