import { expect, test } from '@jest/globals';
import { needs } from '../support/needs.ts';
import { bicepCli, type Mutation, readSnapshots } from './bicep.ts';
import { facts } from './facts/all-facts.ts';
import { broken, mutateEach } from './mutate.ts';

const bicepTest = needs('bicep', bicepCli !== undefined);

test('no two rows of the table say the same', () => {
  expect(new Set(facts.map(({ name }) => name)).size).toBe(facts.length);
  expect(facts.length).toBeGreaterThanOrEqual(40);
});

bicepTest(
  'every fact of the table holds of what would be deployed',
  async () => {
    expect(broken(await readSnapshots())).toEqual([]);
  },
  240_000,
);

bicepTest(
  'each fact is broken by one change of the Bicep source, which breaks no other',
  async () => {
    const found = await mutateEach(
      facts.map(({ mutation }) => mutation),
      broken,
    );
    const rows = facts.map(({ name, mutation }, index) => ({
      name,
      mutation,
      breaks: found[index] ?? [],
    }));
    if (process.env.FACTS) process.stdout.write(printTable(rows));
    expect(rows.filter(({ name, breaks }) => breaks.length !== 1 || breaks[0] !== name)).toEqual(
      [],
    );
  },
  900_000,
);

/** Each fact with the change that breaks it, and whether that change broke it and nothing else. */
function printTable(
  rows: readonly {
    readonly name: string;
    readonly mutation: Mutation;
    readonly breaks: readonly string[];
  }[],
): string {
  const shown = (text: string) => `\`${text.trim().replace(/\s+/g, ' ').replaceAll('|', '\\|')}\``;
  const lines = rows.map(({ name, mutation: { file, from, to }, breaks }) => {
    const alone =
      breaks.length === 1 && breaks[0] === name ? 'yes' : `NO: ${breaks.join('; ') || 'nothing'}`;
    return `| ${name} | ${file} | ${shown(from)} | ${to.trim() ? shown(to) : '(taken out)'} | ${alone} |\n`;
  });
  return `| fact | file | this | made this | breaks it alone |\n|---|---|---|---|---|\n${lines.join('')}`;
}
