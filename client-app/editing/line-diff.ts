export interface MarkedLine {
  readonly text: string;
  /** Whether the other side has no such line at this place. */
  readonly own: boolean;
}

const most = 400;

/**
 * Marks, line by line, what only one of two texts holds (longest common subsequence).
 * Texts of more than 400 lines are compared by the mere presence of a line, to stay quick.
 */
export function compareLines(
  mine: string,
  theirs: string,
): { readonly mine: readonly MarkedLine[]; readonly theirs: readonly MarkedLine[] } {
  const left = mine.split('\n');
  const right = theirs.split('\n');
  if (left.length > most || right.length > most) {
    const inLeft = new Set(left);
    const inRight = new Set(right);
    return {
      mine: left.map((text) => ({ text, own: !inRight.has(text) })),
      theirs: right.map((text) => ({ text, own: !inLeft.has(text) })),
    };
  }
  const lengths = commonLengths(left, right);
  const marked = {
    mine: left.map((text) => ({ text, own: true })),
    theirs: right.map((text) => ({ text, own: true })),
  };
  let i = 0;
  let j = 0;
  while (i < left.length && j < right.length) {
    const [a, b] = [marked.mine[i], marked.theirs[j]];
    if (a && b && a.text === b.text) {
      a.own = false;
      b.own = false;
      i += 1;
      j += 1;
    } else if ((lengths[i + 1]?.[j] ?? 0) >= (lengths[i]?.[j + 1] ?? 0)) i += 1;
    else j += 1;
  }
  return marked;
}

/** `[i][j]`: how many lines the texts have in common from line i and line j on. */
function commonLengths(
  left: readonly string[],
  right: readonly string[],
): readonly (readonly number[])[] {
  const table = Array.from({ length: left.length + 1 }, () =>
    new Array<number>(right.length + 1).fill(0),
  );
  for (let i = left.length - 1; i >= 0; i -= 1) {
    for (let j = right.length - 1; j >= 0; j -= 1) {
      const below = table[i + 1];
      const row = table[i];
      if (!row || !below) continue;
      row[j] =
        left[i] === right[j] ? (below[j + 1] ?? 0) + 1 : Math.max(below[j] ?? 0, row[j + 1] ?? 0);
    }
  }
  return table;
}
