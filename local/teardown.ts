/** Something that runs until it is closed. */
export interface Closable {
  /** Stops it. Resolves when it has stopped completely. */
  close(): Promise<unknown> | unknown;
}

/** Closes everything that was started, even if another start or close fails. */
export interface Teardown {
  /**
   * Starts something that {@link Teardown.run} closes later.
   * @throws {Error} if the teardown has begun
   */
  start<T extends Closable>(start: () => Promise<T>): Promise<T>;
  /**
   * Closes everything in reverse order, and waits for everything that is still starting. Resolves
   * when everything has stopped. A second call waits for the first.
   */
  run(): Promise<void>;
  /** Whether {@link Teardown.run} has been called. */
  readonly hasBegun: () => boolean;
}

/** @param report receives a line for each thing that fails to close */
export function createTeardown(report: (line: string) => void): Teardown {
  const started: Promise<Closable>[] = [];
  let end: Promise<void> | undefined;

  async function closeAll(): Promise<void> {
    for (let starting = started.pop(); starting !== undefined; starting = started.pop()) {
      const closable = await ignoreRejection(starting);
      try {
        await closable?.close();
      } catch (error) {
        const message = error instanceof Error ? error.message : String(error);
        report(`Stopping failed: ${message}`);
      }
    }
  }

  return {
    async start(start) {
      if (end) throw new Error('The program is stopping.');
      const starting = start();
      started.push(starting);
      return starting;
    },
    run() {
      end ??= closeAll();
      return end;
    },
    hasBegun: () => end !== undefined,
  };
}

/** The caller of `start` handles its rejection. */
async function ignoreRejection<T>(promise: Promise<T>): Promise<T | undefined> {
  try {
    return await promise;
  } catch {
    return undefined;
  }
}
