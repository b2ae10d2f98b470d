import type { Policy, PolicyChoices, Emulators } from './emulators.ts';

/** The emulators's switches as they are now, read again from time to time: others can turn them too. */
export interface Policies {
  /** Undefined while the emulators has not answered. */
  readonly choices: PolicyChoices | undefined;
  /** How many switches are not as they are normally. */
  readonly turned: number;
  /** Why the last wish was not fulfilled. */
  readonly failed: boolean;
  read(): Promise<void>;
  set(policy: Policy): Promise<void>;
  backToNormal(): Promise<void>;
}

/** Whether a switch is turned; the first of its values is the normal one, and for a fault `off`. */
export const isTurned = (
  { name, value }: Policy,
  { values }: Pick<PolicyChoices, 'values'>,
): boolean => value !== (values[name]?.[0] ?? 'off');

export function createPolicies(emulators: Emulators, refresh: () => void): Policies {
  let choices: PolicyChoices | undefined;
  let failed = false;
  async function attempt(work: () => Promise<PolicyChoices | undefined>): Promise<void> {
    const before = JSON.stringify([choices, failed]);
    try {
      choices = await work();
      failed = false;
    } catch {
      failed = true;
    }
    if (JSON.stringify([choices, failed]) !== before) refresh();
  }
  const change = (work: () => Promise<readonly Policy[]>) =>
    attempt(async () => {
      const policies = await work();
      return choices && { ...choices, policies: [...policies] };
    });
  return {
    get choices() {
      return choices;
    },
    get turned() {
      const known = choices;
      return known ? known.policies.filter((policy) => isTurned(policy, known)).length : 0;
    },
    get failed() {
      return failed;
    },
    read: () => attempt(emulators.readChoices),
    set: (policy) => change(() => emulators.setPolicy(policy)),
    backToNormal: () => change(emulators.backToNormal),
  };
}
