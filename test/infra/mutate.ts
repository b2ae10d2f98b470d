import { copyInfra, type Mutation, openBicep } from './bicep.ts';
import { facts } from './facts/all-facts.ts';
import type { Fact } from './facts/fact.ts';
import type { Snapshots } from './snapshot.ts';

/** Returns the names of the facts that are not true for the snapshots. */
export function findBrokenFacts(snapshots: Snapshots): readonly string[] {
  return facts.filter((fact) => !isFactTrue(fact, snapshots)).map(({ name }) => name);
}

/** A fact that throws is not true, because a resource that it reads is missing. */
function isFactTrue(fact: Fact, snapshots: Snapshots): boolean {
  try {
    return fact.isTrue(snapshots);
  } catch {
    return false;
  }
}

/** The number of Bicep processes that work at the same time. */
const processes = 2;

/**
 * Makes each change in its own copy of infra/, and inspects the deployment that Bicep predicts.
 * @returns the results of `inspect`, in the order of the mutations
 * @throws {Error} if a change does not compile
 */
export async function mutateEach<T>(
  mutations: readonly Mutation[],
  inspect: (snapshots: Snapshots) => T,
): Promise<readonly T[]> {
  const results: T[] = [];
  const queue = [...mutations.entries()];

  async function work(): Promise<void> {
    const bicep = openBicep();
    try {
      for (let next = queue.shift(); next; next = queue.shift()) {
        const [index, mutation] = next;
        const { folder, remove } = await copyInfra(mutation);
        try {
          results[index] = inspect(await bicep.snapshots(folder));
        } catch (error) {
          throw new Error(`${mutation.file} does not compile with "${mutation.to}".`, {
            cause: error,
          });
        } finally {
          remove();
        }
      }
    } finally {
      await bicep.close();
    }
  }

  await Promise.all(Array.from({ length: processes }, work));
  return results;
}
