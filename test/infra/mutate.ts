import { copyInfra, type Mutation, openBicep } from './bicep.ts';
import { facts } from './facts/all-facts.ts';
import type { Snapshots } from './snapshot.ts';

/** The names of the facts that do not hold. */
export const broken = (snapshots: Snapshots): readonly string[] =>
  facts
    .filter(({ holds }) => {
      try {
        return !holds(snapshots);
      } catch {
        return true;
      }
    })
    .map(({ name }) => name);

/** Makes each change in a copy of infra/, two at a time, and gives the snapshots of what would then be deployed, in the order of the changes. */
export async function mutateEach<T>(
  mutations: readonly Mutation[],
  look: (snapshots: Snapshots) => T,
): Promise<readonly T[]> {
  const found: T[] = [];
  const rest = [...mutations.entries()];
  async function work(): Promise<void> {
    const bicep = openBicep();
    try {
      for (let next = rest.shift(); next; next = rest.shift()) {
        const [index, mutation] = next;
        const { folder, remove } = await copyInfra(mutation);
        try {
          found[index] = look(await bicep.snapshots(folder));
        } catch (error) {
          throw new Error(`${mutation.file}: "${mutation.to}" gives no snapshot`, { cause: error });
        } finally {
          remove();
        }
      }
    } finally {
      await bicep.close();
    }
  }
  await Promise.all([work(), work()]);
  return found;
}
