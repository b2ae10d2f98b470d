import { fstatSync } from 'node:fs';
import type { Readable } from 'node:stream';

/** Milliseconds after which a pipe without data is treated as empty. */
const idlePipeTimeout = 10_000;
/** Reading stops after this many characters. */
const maxInputLength = 1024 * 1024;

/** The part of standard input that the doctor uses. */
export type StandardInput = Readable & {
  /** The file descriptor; default 0. */
  readonly fd?: number;
};

/**
 * Reads the input to explain: the arguments, joined by spaces, or standard input when the only
 * argument is `-` or when there is none and standard input is a pipe or a file.
 * @returns the trimmed input, empty when there is none
 */
export async function readInput(args: readonly string[], stdin: StandardInput): Promise<string> {
  const isExplicit = args.length === 1 && args[0] === '-';
  if (isExplicit) return readAll(stdin, undefined);
  if (args.length > 0) return args.join(' ');
  return isPiped(stdin.fd) ? readAll(stdin, idlePipeTimeout) : '';
}

function isPiped(fd = 0): boolean {
  try {
    const stat = fstatSync(fd);
    return stat.isFIFO() || stat.isFile() || stat.isSocket();
  } catch {
    return false;
  }
}

/** @param timeout milliseconds to wait for the first data; `undefined` waits without a limit */
async function readAll(stdin: StandardInput, timeout: number | undefined): Promise<string> {
  let text = '';
  const timer = timeout === undefined ? undefined : setTimeout(() => stdin.destroy(), timeout);
  try {
    for await (const chunk of stdin.setEncoding('utf8')) {
      clearTimeout(timer);
      text += chunk;
      if (text.length > maxInputLength) break;
    }
  } catch {
    // The timer destroyed the stream, because no process writes to the pipe.
  } finally {
    clearTimeout(timer);
  }
  return text.trim();
}
