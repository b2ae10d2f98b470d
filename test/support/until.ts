const pollInterval = 10;

/**
 * Waits until `condition` returns true.
 *
 * @param description the expected event, for the error message
 * @param timeout in milliseconds
 * @throws {Error} when the condition is still false after the timeout
 */
export async function until(
  description: string,
  condition: () => boolean | Promise<boolean>,
  timeout = 5_000,
): Promise<void> {
  const end = Date.now() + timeout;
  while (!(await condition())) {
    if (Date.now() > end) throw new Error(`Timed out after ${timeout} ms: ${description}`);
    await new Promise((resolve) => setTimeout(resolve, pollInterval));
  }
}
