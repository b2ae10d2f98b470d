import type { Mutation } from '../bicep.ts';
import { at, type Resource, type Snapshot, type Snapshots } from '../snapshot.ts';

/** Something that is true of what would be deployed, and a change of the Bicep source that makes it, and nothing else in the table, untrue. */
export interface Fact {
  readonly name: string;
  readonly holds: (snapshots: Snapshots) => boolean;
  readonly mutation: Mutation;
}

/** A row of the table. */
export const fact = (
  name: string,
  holds: Fact['holds'],
  file: string,
  from: string,
  to: string,
): Fact => ({
  name,
  holds,
  mutation: { file, from, to },
});

export const apis = ['original', 'downstream'] as const;

/** True for every parameter set. */
export const everywhere =
  (holds: (snapshot: Snapshot) => boolean): Fact['holds'] =>
  (snapshots) =>
    Object.values(snapshots).every(holds);

/** True for both Function Apps of every parameter set. */
export const bothApps = (
  holds: (app: ReturnType<Snapshot['app']>, api: (typeof apis)[number]) => boolean,
): Fact['holds'] => everywhere((snapshot) => apis.every((api) => holds(snapshot.app(api), api)));

/** There are that many resources of a type in every parameter set, and all have that value at that path. */
export const all = (type: string, count: number, path: string, value: unknown): Fact['holds'] =>
  everywhere((snapshot) => {
    const found = snapshot.ofType(type);
    return found.length === count && found.every((resource) => same(at(resource, path), value));
  });

export const same = (found: unknown, wanted: unknown): boolean =>
  JSON.stringify(found) === JSON.stringify(wanted);

/** Names without the part that differs from one deployment to another. */
export const names = (resources: readonly Resource[]): readonly string[] =>
  resources.map(({ name = '' }) => name.split('/').at(-1) ?? '').sort();
