/** The switches a person or a test can turn while the emulators runs. A switch takes effect with the next request. */

import {
  type Fault,
  type FaultyEndpoint,
  faultKinds,
  faultyEndpoints,
  parseFault,
} from '../control/faults.ts';
import type { Credentials } from '../key-vault/credentials.ts';
import type { Directory, User } from './directory.ts';
import type { SigningKeys } from './signing-keys.ts';

/** Every policy with the values it takes; the first value is the one that `reset` brings back. */
export const policyValues = {
  mfa: ['off', 'on'],
  'auth-context': ['off', 'on'],
  'block-location': ['off', 'on'],
  consent: ['granted', 'withdrawn'],
  'admin-consent': ['granted', 'required'],
  'disable-user': ['off', 'on'],
  'unassign-user': ['off', 'on'],
  'revoke-sessions': ['never', 'now'],
  'signing-key': ['normal', 'overlap', 'emergency'],
  'vault-credential': ['normal', 'rotate', 'expire', 'disable'],
  fault: ['off'],
} as const;
export type PolicyName = keyof typeof policyValues;

/** The policies that may be limited to one user. */
const perUser: readonly PolicyName[] = [
  'mfa',
  'auth-context',
  'block-location',
  'consent',
  'admin-consent',
  'disable-user',
  'unassign-user',
  'revoke-sessions',
];

/** The Conditional Access policies have ids of their own; a claims challenge names them (`capolids`). */
export const policyIds = {
  mfa: 'ca000000-0000-4000-8000-0000000000e1',
  'block-location': 'ca000000-0000-4000-8000-0000000000e2',
} as const;

/** One row of `list`: `user` names the user a switch is limited to; `since` is milliseconds since 1970. */
export interface PolicyState {
  readonly name: PolicyName;
  readonly value: string;
  readonly user?: string;
  readonly since?: number;
}

/** A policy, value or user that does not exist; the message lists what does. */
export class UnknownPolicy extends Error {}

export interface Policies {
  /** Whether the switch differs from "back to normal" for this user. */
  applies(name: PolicyName, user: User): boolean;
  /** Since when it does, in milliseconds since 1970. */
  appliesSince(name: PolicyName, user: User): number | undefined;
  fault(endpoint: FaultyEndpoint): Fault | undefined;
  /** Every policy, the switched ones once per user; a fault is `token=429:5`. */
  list(): readonly PolicyState[];
  /** Throws UnknownPolicy. `fault` takes `ENDPOINT=KIND` or `ENDPOINT=off`. */
  set(name: string, value: string, user?: string): Promise<void>;
  /** Back to normal; the vault gets a valid credential again, signing keys stay as they are. */
  reset(): Promise<void>;
}

interface PolicyParts {
  readonly directory: Directory;
  readonly signingKeys: SigningKeys;
  readonly credentials: Credentials;
  readonly now: () => number;
}

const everybody = '*';

export function createPolicies({
  directory,
  signingKeys,
  credentials,
  now,
}: PolicyParts): Policies {
  /** `name` → user name or `*` → since when. */
  const switched = new Map<PolicyName, Map<string, { value: string; since: number }>>();
  const faults = new Map<FaultyEndpoint, { text: string; fault: Fault }>();
  const entryFor = (name: PolicyName, user: User) =>
    switched.get(name)?.get(user.name) ?? switched.get(name)?.get(everybody);

  /** Does what a value does at once; gives the state that lasts, since a rotation is over when it is done. */
  async function act(name: PolicyName, value: string): Promise<string> {
    if (name === 'signing-key') {
      if (value === 'overlap' || value === 'emergency') await signingKeys.rotate(value);
      return 'normal';
    }
    if (name !== 'vault-credential') return value;
    if (value === 'normal') await credentials.restore();
    if (value === 'rotate') await credentials.rotate();
    if (value === 'expire') await credentials.expire();
    if (value === 'disable') await credentials.disable();
    return value === 'rotate' ? 'normal' : value;
  }

  function setFault(value: string): void {
    const [endpoint, kind = ''] = value.split(/=(.*)/s);
    const known = faultyEndpoints.find((name) => name === endpoint);
    if (!known)
      throw new UnknownPolicy(
        `No endpoint "${endpoint}". Write ENDPOINT=KIND; endpoints: ${faultyEndpoints.join(', ')}.`,
      );
    const fault = parseFault(kind);
    if (kind === 'off') faults.delete(known);
    else if (fault) faults.set(known, { text: kind, fault });
    else throw new UnknownPolicy(`No fault "${kind}". Kinds: ${faultKinds}, off.`);
  }

  return {
    applies: (name, user) => entryFor(name, user) !== undefined,
    appliesSince: (name, user) => entryFor(name, user)?.since,
    fault: (endpoint) => faults.get(endpoint)?.fault,
    list: () => {
      const rows: PolicyState[] = [];
      for (const name of Object.keys(policyValues) as PolicyName[]) {
        const entries = [...(switched.get(name) ?? [])];
        for (const [user, { value, since }] of entries)
          rows.push({ name, value, since, ...(user === everybody ? {} : { user }) });
        if (name === 'fault')
          for (const [endpoint, { text }] of faults)
            rows.push({ name, value: `${endpoint}=${text}` });
        if (!rows.some((row) => row.name === name))
          rows.push({ name, value: policyValues[name][0] });
      }
      return rows;
    },
    set: async (givenName, value, user) => {
      const name = (Object.keys(policyValues) as PolicyName[]).find((known) => known === givenName);
      if (!name)
        throw new UnknownPolicy(
          `No policy "${givenName}". Policies: ${Object.keys(policyValues).join(', ')}.`,
        );
      if (name === 'fault') return setFault(value);
      const values: readonly string[] = policyValues[name];
      if (!values.includes(value))
        throw new UnknownPolicy(`No value "${value}" for ${name}. Values: ${values.join(', ')}.`);
      if (user !== undefined && !perUser.includes(name))
        throw new UnknownPolicy(`${name} is for everybody: leave --user out.`);
      if (user !== undefined && !directory.userByName(user)) {
        throw new UnknownPolicy(
          `No user "${user}". Users: ${directory.users.map((known) => known.name).join(', ')}.`,
        );
      }
      const lasting = await act(name, value);
      const entries = switched.get(name) ?? new Map();
      switched.set(name, entries);
      if (lasting !== policyValues[name][0])
        entries.set(user ?? everybody, { value: lasting, since: now() });
      else if (user === undefined) entries.clear();
      else entries.delete(user);
    },
    reset: async () => {
      switched.clear();
      faults.clear();
      await credentials.restore();
    },
  };
}
