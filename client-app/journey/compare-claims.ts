import { type ClaimDescription, claimDescriptions } from './claim-descriptions.ts';
import type { Journey } from './read-journey.ts';

/**
 * How the value of a claim in token B relates to the one in token A. `own` means that the two
 * values cannot be compared.
 */
export type Comparison = 'changed' | 'stayed' | 'own' | 'only-a' | 'only-b';

/** A claim with its values in both tokens. */
export interface ComparedClaim {
  /** The name in the tokens. `azp / appid` when their versions use different names. */
  readonly name: string;
  /** The value in token A. */
  readonly a: unknown;
  /** The value in token B. */
  readonly b: unknown;
  /** How the value in token B relates to the value in token A. */
  readonly comparison: Comparison;
  /** Undefined for a claim without a description. */
  readonly description: ClaimDescription | undefined;
}

type Claims = Readonly<Record<string, unknown>>;

/** Compares the claims of token A and token B. Claims with a description come first. */
export function compareClaims({ original, downstream }: Journey): readonly ComparedClaim[] {
  const compared: (ComparedClaim | undefined)[] = [];
  const described = new Set<string>();
  for (const description of claimDescriptions) {
    const { names } = description;
    for (const name of names) described.add(name);
    compared.push(compareClaim(names, original.claims, downstream.claims, description));
  }
  const allNames = new Set([...Object.keys(original.claims), ...Object.keys(downstream.claims)]);
  for (const name of allNames)
    if (!described.has(name))
      compared.push(compareClaim([name], original.claims, downstream.claims, undefined));
  return compared.filter((claim) => claim !== undefined);
}

/** @param names The names of the same claim in different token versions. */
function compareClaim(
  names: readonly string[],
  claimsOfA: Claims,
  claimsOfB: Claims,
  description: ClaimDescription | undefined,
): ComparedClaim | undefined {
  const nameInA = names.find((name) => hasValue(claimsOfA[name]));
  const nameInB = names.find((name) => hasValue(claimsOfB[name]));
  if (nameInA === undefined && nameInB === undefined) return undefined;
  const usedNames = [nameInA, nameInB].filter((name) => name !== undefined);
  const a = nameInA === undefined ? undefined : claimsOfA[nameInA];
  const b = nameInB === undefined ? undefined : claimsOfB[nameInB];
  return {
    name: [...new Set(usedNames)].join(' / '),
    a,
    b,
    comparison: compareValues(a, b, description?.belongsTo),
    description,
  };
}

function hasValue(value: unknown): boolean {
  if (value === undefined || value === null) return false;
  return !(Array.isArray(value) && value.length === 0);
}

function compareValues(
  a: unknown,
  b: unknown,
  belongsTo: ClaimDescription['belongsTo'],
): Comparison {
  if (a === undefined) return 'only-b';
  if (b === undefined) return 'only-a';
  if (belongsTo === 'token') return 'own';
  if (belongsTo === 'api') return 'changed';
  return JSON.stringify(a) === JSON.stringify(b) ? 'stayed' : 'changed';
}
