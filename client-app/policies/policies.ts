import type { EmulatorControl, Policy, PolicyChoices } from './emulator-control.ts';

/**
 * The emulators' policies as this app last read them. Another tab or a command can change them too,
 * so the app reads them again from time to time.
 */
export interface Policies {
  /** Undefined until the emulators have responded. */
  readonly choices: PolicyChoices | undefined;
  /** How many policies differ from their normal value. */
  readonly activeCount: number;
  /** Whether the last request to the emulators failed. */
  readonly failed: boolean;
  /** Reads the policies from the emulators. */
  read(): Promise<void>;
  /** Changes one policy. */
  set(policy: Policy): Promise<void>;
  /** Gives every policy its normal value. */
  reset(): Promise<void>;
}

/** The normal value of a policy: the first one of its values, and `off` for a fault. */
export const normalValue = ({ values }: Pick<PolicyChoices, 'values'>, name: string): string =>
  values[name]?.[0] ?? 'off';

/** Creates the state of the policies. `refresh` runs when something changed. */
export function createPolicies(control: EmulatorControl, refresh: () => void): Policies {
  let choices: PolicyChoices | undefined;
  let failed = false;

  /** Never rejects: a failure becomes the state `failed`. */
  async function update(load: () => Promise<PolicyChoices | undefined>): Promise<void> {
    const before = JSON.stringify([choices, failed]);
    try {
      choices = await load();
      failed = false;
    } catch {
      failed = true;
    }
    if (JSON.stringify([choices, failed]) !== before) refresh();
  }

  const updatePolicies = (change: () => Promise<readonly Policy[]>) =>
    update(async () => {
      const policies = await change();
      return choices && { ...choices, policies: [...policies] };
    });

  return {
    get choices() {
      return choices;
    },
    get activeCount() {
      if (!choices) return 0;
      const known = choices;
      return known.policies.filter(({ name, value }) => value !== normalValue(known, name)).length;
    },
    get failed() {
      return failed;
    },
    read: () => update(control.readChoices),
    set: (policy) => updatePolicies(() => control.setPolicy(policy)),
    reset: () => updatePolicies(control.resetPolicies),
  };
}
