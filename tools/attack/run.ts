import { algorithmAndKey } from './algorithm-and-key.ts';
import { canaries } from './canary.ts';
import type { Api, Case, CreateCases } from './case.ts';
import { corsAndLeakage } from './cors-and-leakage.ts';
import { issuerAndAudience } from './issuer-and-audience.ts';
import { keyRotation } from './key-rotation.ts';
import { naughty } from './naughty.ts';
import { objects } from './objects.ts';
import { ownership } from './ownership.ts';
import { people } from './people.ts';
import { requests } from './requests.ts';
import { time } from './time.ts';
import { tokenFormat } from './token-format.ts';
import { tokenTypeAndScope } from './token-type-and-scope.ts';
import { validRequests } from './valid-requests.ts';

/** Cases that are reported together. */
export interface Group {
  /** The heading in the output. */
  readonly name: string;
  /** Creates the cases for an API. */
  readonly createCases: CreateCases;
}

/** The group to which the cases with poisoned key sets belong. */
export const algorithmAndKeyName = 'Algorithm and key';

/**
 * All groups, in the order in which they run. Valid requests come first, because a rejection shows
 * nothing when the API rejects everything. The groups that examine all responses or rotate the keys
 * come last.
 */
export const groups: readonly Group[] = [
  { name: 'Valid requests', createCases: validRequests },
  { name: 'Requests', createCases: requests },
  { name: 'Token format', createCases: tokenFormat },
  {
    name: algorithmAndKeyName,
    createCases: (api) => [...algorithmAndKey(api), ...canaries(api)],
  },
  { name: 'Time', createCases: time },
  { name: 'Issuer and audience', createCases: issuerAndAudience },
  { name: 'Token type and scope', createCases: tokenTypeAndScope },
  {
    name: 'Objects',
    createCases: (api) => [...objects(api), ...ownership(api), ...people(api), ...naughty(api)],
  },
  { name: 'CORS and leakage', createCases: corsAndLeakage },
  { name: 'Key rotation', createCases: keyRotation },
];

/**
 * The verdict on a case:
 * - `ok`: The outcome is as expected.
 * - `ACCEPTED`: The API accepted an input that it must reject.
 * - `REJECTED`: The API rejected an input that it must accept.
 * - `other`: The API rejected the input in an unexpected way, or the case failed to run.
 */
export type Verdict = 'ok' | 'other' | 'ACCEPTED' | 'REJECTED';

/** The result of a case. */
export interface Result {
  /** The name of the API. */
  readonly api: string;
  /** The name of the group. */
  readonly group: string;
  /** The name of the case. */
  readonly name: string;
  /** The expected outcome. */
  readonly expected: string;
  /** The actual outcome. */
  readonly actual: string;
  /** The result of comparing the two. */
  readonly verdict: Verdict;
}

/** Runs one case. An error that it throws becomes the outcome. */
export async function runCase(api: string, group: string, testCase: Case): Promise<Result> {
  const { name, expected } = testCase;
  let actual: string;
  try {
    actual = await testCase.run();
  } catch (error) {
    actual = `failed: ${error instanceof Error ? error.message : String(error)}`;
  }
  return { api, group, name, expected, actual, verdict: compareOutcome(expected, actual) };
}

/**
 * Runs the cases of a group one after the other.
 * @param allowWrites whether to run the cases that could change data at the target
 */
export async function* runGroup(
  api: Api,
  group: Group,
  allowWrites: boolean,
): AsyncGenerator<Result> {
  for (const testCase of group.createCases(api))
    if (allowWrites || !testCase.writes) yield await runCase(api.name, group.name, testCase);
}

/** Compares the outcome of a case with the expected one. */
export function compareOutcome(expected: string, actual: string): Verdict {
  const alternatives = expected.split(' or ');
  if (alternatives.includes(actual)) return 'ok';
  if (isSuccess(actual) && !alternatives.some(isSuccess)) return 'ACCEPTED';
  if (alternatives.every(isSuccess) && !isSuccess(actual)) return 'REJECTED';
  return 'other';
}

function isSuccess(outcome: string): boolean {
  return /^2\d\d/.test(outcome);
}
