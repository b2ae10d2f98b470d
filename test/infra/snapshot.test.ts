import { expect, test } from '@jest/globals';
import { needs } from '../support/needs.ts';
import { bicepCli, type Mutation, readSnapshots } from './bicep.ts';
import { facts } from './facts/all-facts.ts';
import { findBrokenFacts, mutateEach } from './mutate.ts';

const bicepTest = needs('bicep', bicepCli !== undefined);

/** The table must not shrink below this number of facts. */
const minimumFacts = 40;

/** A fact with the facts that its mutation breaks. */
interface MutationResult {
  readonly name: string;
  readonly mutation: Mutation;
  readonly broken: readonly string[];
}

test('every fact has its own name', () => {
  expect(new Set(facts.map(({ name }) => name)).size).toBe(facts.length);
});

test(`there are at least ${minimumFacts} facts`, () => {
  expect(facts.length).toBeGreaterThanOrEqual(minimumFacts);
});

bicepTest(
  'every fact is true for the predicted deployments',
  async () => {
    expect(findBrokenFacts(await readSnapshots())).toEqual([]);
  },
  240_000,
);

bicepTest(
  'the mutation of each fact breaks that fact and no other',
  async () => {
    const brokenFacts = await mutateEach(
      facts.map(({ mutation }) => mutation),
      findBrokenFacts,
    );
    const results = facts.map(({ name, mutation }, index) => ({
      name,
      mutation,
      broken: brokenFacts[index] ?? [],
    }));
    if (process.env.FACTS) process.stdout.write(formatTable(results));
    expect(results.filter((result) => !breaksOnlyItself(result))).toEqual([]);
  },
  900_000,
);

function breaksOnlyItself({ name, broken }: MutationResult): boolean {
  return broken.length === 1 && broken[0] === name;
}

/** Formats a Markdown table of the facts with the mutation that breaks each. */
function formatTable(results: readonly MutationResult[]): string {
  const rows = results.map((result) => {
    const { name, mutation, broken } = result;
    const verdict = breaksOnlyItself(result) ? 'yes' : `NO: ${broken.join('; ') || 'nothing'}`;
    const to = mutation.to === '' ? '(removed)' : formatCode(mutation.to);
    return [name, mutation.file, formatCode(mutation.from), to, verdict];
  });
  const header = ['fact', 'file', 'replaced text', 'new text', 'breaks only this fact'];
  return [header, header.map(() => '---'), ...rows]
    .map((cells) => `| ${cells.join(' | ')} |\n`)
    .join('');
}

function formatCode(text: string): string {
  return `\`${text.replaceAll('|', '\\|')}\``;
}
