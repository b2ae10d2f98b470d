/**
 * Waits for a promise for a limited time.
 * @throws {Error} with this message if the time has passed
 */
export async function waitAtMost<T>(
  milliseconds: number,
  promise: Promise<T>,
  message: string,
): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(message)), milliseconds);
  });
  try {
    return await Promise.race([promise, timeout]);
  } finally {
    clearTimeout(timer);
  }
}
