/** A line of a text, compared with another text. */
export interface ComparedLine {
  /** The line, without its line break. */
  readonly text: string;
  /** Whether the other text does not have this line at this place. */
  readonly onlyHere: boolean;
}

/** Two texts, compared with each other. */
export interface LineDiff {
  /** The lines of the first text. */
  readonly mine: readonly ComparedLine[];
  /** The lines of the second text. */
  readonly theirs: readonly ComparedLine[];
}

/** Above this number of lines, the table of the exact comparison is too large for a browser. */
const maxComparedLines = 400;

/**
 * Marks the lines that only one of two texts has, by their longest common subsequence. In texts of
 * more than 400 lines it marks the lines that occur nowhere in the other text.
 */
export function compareLines(mine: string, theirs: string): LineDiff {
  const left = mine.split('\n');
  const right = theirs.split('\n');
  const isLong = left.length > maxComparedLines || right.length > maxComparedLines;
  return isLong ? compareByPresence(left, right) : compareBySequence(left, right);
}

function compareByPresence(left: readonly string[], right: readonly string[]): LineDiff {
  const inLeft = new Set(left);
  const inRight = new Set(right);
  return {
    mine: left.map((text) => ({ text, onlyHere: !inRight.has(text) })),
    theirs: right.map((text) => ({ text, onlyHere: !inLeft.has(text) })),
  };
}

function compareBySequence(left: readonly string[], right: readonly string[]): LineDiff {
  const lengths = commonLengths(left, right);
  const mine = left.map((text) => ({ text, onlyHere: true }));
  const theirs = right.map((text) => ({ text, onlyHere: true }));
  let i = 0;
  let j = 0;
  while (i < left.length && j < right.length) {
    const mineLine = mine[i];
    const theirLine = theirs[j];
    if (mineLine && theirLine && mineLine.text === theirLine.text) {
      mineLine.onlyHere = false;
      theirLine.onlyHere = false;
      i += 1;
      j += 1;
    } else if (lengthAt(lengths, i + 1, j) >= lengthAt(lengths, i, j + 1)) {
      i += 1;
    } else {
      j += 1;
    }
  }
  return { mine, theirs };
}

type LengthTable = readonly (readonly number[])[];

function lengthAt(table: LengthTable, i: number, j: number): number {
  return table[i]?.[j] ?? 0;
}

/**
 * Computes the lengths of longest common subsequences. `[i][j]` is the one for the lines of `left`
 * from `i` on and the lines of `right` from `j` on.
 */
function commonLengths(left: readonly string[], right: readonly string[]): LengthTable {
  const table = Array.from({ length: left.length + 1 }, () =>
    new Array<number>(right.length + 1).fill(0),
  );
  for (let i = left.length - 1; i >= 0; i -= 1) {
    const row = table[i];
    if (!row) continue;
    for (let j = right.length - 1; j >= 0; j -= 1) {
      row[j] =
        left[i] === right[j]
          ? lengthAt(table, i + 1, j + 1) + 1
          : Math.max(lengthAt(table, i + 1, j), lengthAt(table, i, j + 1));
    }
  }
  return table;
}
