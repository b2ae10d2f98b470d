import { expect, test } from '@jest/globals';
import { needs } from '../support/needs.ts';
import { bicepCli, copyInfra, openBicep } from './bicep.ts';
import { facts } from './facts/all-facts.ts';
import { broken, mutateEach } from './mutate.ts';
import type { Snapshots } from './snapshot.ts';

const bicepTest = needs('bicep', bicepCli !== undefined);

async function snapshotsOfSource(): Promise<Snapshots> {
  const bicep = openBicep();
  const { folder, remove } = await copyInfra();
  try {
    return await bicep.snapshots(folder);
  } finally {
    remove();
    await bicep.close();
  }
}

test('no two rows of the table say the same', () => {
  expect(new Set(facts.map(({ name }) => name)).size).toBe(facts.length);
  expect(facts.length).toBeGreaterThanOrEqual(40);
});

bicepTest(
  'every fact of the table holds of what would be deployed',
  async () => {
    expect(broken(await snapshotsOfSource())).toEqual([]);
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
    const rows = facts.map(({ name, mutation }, index) => ({ name, file: mutation.file, breaks: found[index] ?? [] }));
    if (process.env.FACTS)
      for (const { name, file, breaks } of rows) process.stdout.write(`${breaks.length === 1 ? 'ok' : 'NO'}  ${name}  [${file}]\n`);
    expect(rows.filter(({ name, breaks }) => breaks.length !== 1 || breaks[0] !== name)).toEqual([]);
  },
  900_000,
);
