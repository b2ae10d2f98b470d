/** Anything of a stack that runs until it is closed. */
export interface Part {
  close(): Promise<unknown> | unknown;
}

export interface Parts {
  /** Starts a part and remembers it. Once stopping has begun no part starts any more: rejects with the cause. */
  add<T extends Part>(start: () => Promise<T>): Promise<T>;
  /** Closes everything, the latest first, also what is still starting; resolves when nothing runs. Calling it again waits for the same end. */
  stop(): Promise<void>;
  readonly stopping: () => boolean;
}

/** Keeps what has been started so that all of it can be stopped, whatever went wrong and whenever. */
export function createParts(report: (line: string) => void): Parts {
  const started: Promise<Part>[] = [];
  let end: Promise<void> | undefined;

  async function closeAll(): Promise<void> {
    for (let part = started.pop(); part; part = started.pop()) {
      try {
        await (await part.catch(() => undefined))?.close();
      } catch (error) {
        report(`While stopping: ${error instanceof Error ? error.message : String(error)}`);
      }
    }
  }

  return {
    async add(start) {
      if (end) throw new Error('It is stopping.');
      const part = start();
      started.push(part);
      return part;
    },
    stop() {
      end ??= closeAll();
      return end;
    },
    stopping: () => end !== undefined,
  };
}
