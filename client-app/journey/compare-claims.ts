import { type ClaimWords, claimWords } from './claim-words.ts';
import type { Journey } from './journey.ts';

/** How a claim travelled from token A to token B. */
export type Mark = 'changed' | 'stayed' | 'own' | 'only-a' | 'only-b';

export interface ComparedClaim {
  /** The name as the tokens spell it; both spellings when A and B are of different versions. */
  readonly name: string;
  readonly a: unknown;
  readonly b: unknown;
  readonly mark: Mark;
  /** Undefined for a claim that the table does not know. */
  readonly words: ClaimWords | undefined;
}

type Claims = Readonly<Record<string, unknown>>;

/** Lines up the claims of both tokens: those of the table first and in its order, then the rest. */
export function compareClaims({ original, downstream }: Journey): readonly ComparedClaim[] {
  const known = new Set(claimWords.flatMap(({ names }) => names));
  const rest = [
    ...new Set([...Object.keys(original.claims), ...Object.keys(downstream.claims)]),
  ].filter((name) => !known.has(name));
  return [
    ...claimWords.map((words) => compare(words.names, original.claims, downstream.claims, words)),
    ...rest.map((name) => compare([name], original.claims, downstream.claims, undefined)),
  ].filter((claim) => claim !== undefined);
}

function compare(
  names: readonly string[],
  first: Claims,
  second: Claims,
  words: ClaimWords | undefined,
): ComparedClaim | undefined {
  const inA = names.find((name) => present(first[name]));
  const inB = names.find((name) => present(second[name]));
  if (inA === undefined && inB === undefined) return undefined;
  const a = inA === undefined ? undefined : first[inA];
  const b = inB === undefined ? undefined : second[inB];
  const name = [...new Set([inA, inB].filter((spelled) => spelled !== undefined))].join(' / ');
  return { name, a, b, mark: markOf(a, b, words?.belongsTo), words };
}

const present = (value: unknown): boolean =>
  value !== undefined && value !== null && !(Array.isArray(value) && value.length === 0);

function markOf(a: unknown, b: unknown, belongsTo: ClaimWords['belongsTo']): Mark {
  if (a === undefined) return 'only-b';
  if (b === undefined) return 'only-a';
  if (belongsTo === 'token') return 'own';
  return belongsTo === undefined && JSON.stringify(a) === JSON.stringify(b) ? 'stayed' : 'changed';
}
