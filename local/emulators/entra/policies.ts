/** The policies that users and tests can change while the emulators run. */
import type { Fault, FaultyEndpoint } from '../control/faults.ts';
import { createInjectedFaults } from '../control/injected-faults.ts';
import { UnknownPolicy } from '../control/unknown-policy.ts';
import type { Credentials } from '../key-vault/credentials.ts';
import type { Directory, User } from './directory.ts';
import type { SigningKeys } from './signing-keys.ts';

/** The values of each policy. The first one is the default. */
export const policyValues = {
  mfa: ['off', 'on'],
  'auth-context': ['off', 'on'],
  'block-location': ['off', 'on'],
  consent: ['granted', 'withdrawn'],
  'admin-consent': ['granted', 'required'],
  'graph-consent': ['granted', 'withdrawn', 'admin-required'],
  'disable-user': ['off', 'on'],
  'unassign-user': ['off', 'on'],
  'revoke-sessions': ['never', 'now'],
  'signing-key': ['normal', 'overlap', 'emergency'],
  'vault-credential': ['normal', 'rotate', 'expire', 'disable'],
  fault: ['off'],
} as const;

/** The name of a policy. */
export type PolicyName = keyof typeof policyValues;

const policyNames = Object.keys(policyValues) as PolicyName[];

/** The policies that can apply to a single user. */
const userPolicies: readonly PolicyName[] = [
  'mfa',
  'auth-context',
  'block-location',
  'consent',
  'admin-consent',
  'graph-consent',
  'disable-user',
  'unassign-user',
  'revoke-sessions',
];

/** The ids of the Conditional Access policies. A claims challenge names them in `capolids`. */
export const policyIds = {
  mfa: 'ca000000-0000-4000-8000-0000000000e1',
  'block-location': 'ca000000-0000-4000-8000-0000000000e2',
} as const;

/** The value of a policy, for all users or for one. */
export interface PolicyState {
  /** The name of the policy. */
  readonly name: PolicyName;
  /** For `fault` the endpoint and the fault, such as `token=429:5`. */
  readonly value: string;
  /** The name of the user that the value is for. Absent for all users. */
  readonly user?: string;
  /** When the value was set, in milliseconds since 1970. Absent for a default. */
  readonly since?: number;
}

/** The current values of all policies. */
export interface Policies {
  /** Whether the policy has another value than its default for this user. */
  applies(name: PolicyName, user: User): boolean;
  /** The value of the policy for this user. */
  value(name: PolicyName, user: User): string;
  /** When a value other than the default was set, in milliseconds since 1970. */
  appliesSince(name: PolicyName, user: User): number | undefined;
  /** The fault of an endpoint, if there is one. */
  fault(endpoint: FaultyEndpoint): Fault | undefined;
  /** Lists all policies. A policy that is set for several users has a row for each. */
  list(): readonly PolicyState[];
  /**
   * Sets a policy for all users or for one. It takes effect with the next request.
   * @param value For `fault`: `ENDPOINT=FAULT` or `ENDPOINT=off`.
   * @throws {UnknownPolicy} for an unknown policy, value or user.
   */
  set(name: string, value: string, user?: string): Promise<void>;
  /** Resets all policies and restores the credential in Key Vault. Signing keys do not change. */
  reset(): Promise<void>;
}

interface PolicyEntry {
  readonly value: string;
  /** Milliseconds since 1970. */
  readonly since: number;
}

/** The key of an entry for all users. */
const allUsers = '*';

/** Creates the policies with their default values. They are in memory only. */
export function createPolicies(dependencies: {
  readonly directory: Directory;
  readonly signingKeys: SigningKeys;
  readonly credentials: Credentials;
  readonly now: () => number;
}): Policies {
  const { directory, signingKeys, credentials, now } = dependencies;
  /** By policy, then by the user's name or `*`. Defaults have no entry. */
  const entries = new Map<PolicyName, Map<string, PolicyEntry>>();
  const faults = createInjectedFaults();

  function findEntry(name: PolicyName, user: User): PolicyEntry | undefined {
    const byUser = entries.get(name);
    return byUser?.get(user.name) ?? byUser?.get(allUsers);
  }

  function setEntry(name: PolicyName, value: string, user: string | undefined): void {
    const byUser = entries.get(name) ?? new Map<string, PolicyEntry>();
    entries.set(name, byUser);
    const isDefault = value === policyValues[name][0];
    if (!isDefault) byUser.set(user ?? allUsers, { value, since: now() });
    else if (user === undefined) byUser.clear();
    else byUser.delete(user);
  }

  /** Rotates keys and credentials. Returns the value that remains afterwards. */
  async function applyValue(name: PolicyName, value: string): Promise<string> {
    if (name === 'signing-key' && (value === 'overlap' || value === 'emergency')) {
      await signingKeys.rotate(value);
      return 'normal';
    }
    if (name !== 'vault-credential') return value;
    switch (value) {
      case 'rotate':
        await credentials.rotate();
        return 'normal';
      case 'expire':
        await credentials.expire();
        return value;
      case 'disable':
        await credentials.disable();
        return value;
      default:
        await credentials.restore();
        return value;
    }
  }

  function listStates(name: PolicyName): PolicyState[] {
    const states: PolicyState[] = [];
    if (name === 'fault') {
      for (const value of faults.list()) states.push({ name, value });
    }
    for (const [user, entry] of entries.get(name) ?? []) {
      states.push({ name, ...entry, ...(user === allUsers ? {} : { user }) });
    }
    return states.length > 0 ? states : [{ name, value: policyValues[name][0] }];
  }

  return {
    applies: (name, user) => findEntry(name, user) !== undefined,
    value: (name, user) => findEntry(name, user)?.value ?? policyValues[name][0],
    appliesSince: (name, user) => findEntry(name, user)?.since,
    fault: faults.find,
    list: () => policyNames.flatMap(listStates),
    set: async (name, value, user) => {
      const known = policyNames.find((policy) => policy === name);
      if (!known) {
        throw new UnknownPolicy(`No policy "${name}". Policies: ${policyNames.join(', ')}.`);
      }
      if (known === 'fault') return faults.set(value);
      checkValue(directory, known, value, user);
      setEntry(known, await applyValue(known, value), user);
    },
    reset: async () => {
      entries.clear();
      faults.clear();
      await credentials.restore();
    },
  };
}

/**
 * Checks a value and a user.
 * @throws {UnknownPolicy} when the policy does not have this value or cannot apply to this user.
 */
function checkValue(
  directory: Directory,
  name: PolicyName,
  value: string,
  user: string | undefined,
): void {
  const values: readonly string[] = policyValues[name];
  if (!values.includes(value)) {
    throw new UnknownPolicy(`No value "${value}" for ${name}. Values: ${values.join(', ')}.`);
  }
  if (user === undefined) return;
  if (!userPolicies.includes(name)) {
    throw new UnknownPolicy(`${name} applies to all users. Leave --user out.`);
  }
  if (!directory.userByName(user)) {
    const users = directory.users.map((known) => known.name).join(', ');
    throw new UnknownPolicy(`No user "${user}". Users: ${users}.`);
  }
}
