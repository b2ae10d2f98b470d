import { fstatSync } from 'node:fs';
import type { Readable } from 'node:stream';

/** Milliseconds after which a pipe on which nothing has come is taken for one that nobody writes to, and the most that is read, in characters. */
const patience = 10_000;
const longest = 1024 * 1024;

/**
 * What was given to look at: the words of the command line, or what comes on standard input for `-` or for nothing on a pipe.
 * Empty where nothing was given.
 */
export async function readInput(
  words: readonly string[],
  stdin: Readable & { fd?: number },
): Promise<string> {
  const asked = words.length === 1 && words[0] === '-';
  if (words.length > 0 && !asked) return words.join(' ');
  if (!asked && !isPiped(stdin.fd)) return '';
  return readAll(stdin, asked ? undefined : patience);
}

function isPiped(fd: number | undefined): boolean {
  try {
    const stat = fstatSync(fd ?? 0);
    return stat.isFIFO() || stat.isFile() || stat.isSocket();
  } catch {
    return false;
  }
}

async function readAll(stdin: Readable, wait: number | undefined): Promise<string> {
  let text = '';
  const timer = wait === undefined ? undefined : setTimeout(() => stdin.destroy(), wait);
  try {
    for await (const chunk of stdin.setEncoding('utf8')) {
      clearTimeout(timer);
      text += chunk;
      if (text.length > longest) break;
    }
  } catch {
    // Destroyed while it waited: nobody writes to it.
  } finally {
    clearTimeout(timer);
  }
  return text.trim();
}
