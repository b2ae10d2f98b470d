import type { Mutation } from '../bicep.ts';
import { at, type Resource, type Snapshot, type Snapshots } from '../snapshot.ts';

/** A statement about the predicted deployment. */
export interface Fact {
  /** The statement. */
  readonly name: string;
  /** Whether the statement is true for the predicted deployments. */
  readonly isTrue: (snapshots: Snapshots) => boolean;
  /** A change of the Bicep source that breaks this fact and no other one. */
  readonly mutation: Mutation;
}

/** The two APIs. */
export const apis = ['original', 'downstream'] as const;

/** The condition is true for every parameter set. */
export const everywhere =
  (condition: (snapshot: Snapshot) => boolean): Fact['isTrue'] =>
  (snapshots) =>
    Object.values(snapshots).every(condition);

/** The condition is true for both Function Apps of every parameter set. */
export const bothApps = (
  condition: (app: ReturnType<Snapshot['app']>, api: (typeof apis)[number]) => boolean,
): Fact['isTrue'] =>
  everywhere((snapshot) => apis.every((api) => condition(snapshot.app(api), api)));

/** Every parameter set has `count` resources of the type, each with the value at the path. */
export const all = (type: string, count: number, path: string, value: unknown): Fact['isTrue'] =>
  everywhere((snapshot) => {
    const found = snapshot.ofType(type);
    return found.length === count && found.every((resource) => same(at(resource, path), value));
  });

/** Compares two JSON values. */
export const same = (found: unknown, wanted: unknown): boolean =>
  JSON.stringify(found) === JSON.stringify(wanted);

/** Returns the last segments of the names of the resources, sorted. */
export const names = (resources: readonly Resource[]): readonly string[] =>
  resources.map(({ name = '' }) => name.split('/').at(-1) ?? '').sort();
