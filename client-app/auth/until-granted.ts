import type { Clock } from './countdown.ts';
import { Refusal } from './problem.ts';

/** Milliseconds between tries while a permission that was just given has not arrived everywhere. */
const grantPauses = [500, 1_000, 2_000];

/** Does the work, and again while the permission that the person has just given is still missing: 3.5 seconds at most. */
export async function untilGranted(work: () => Promise<void>, clock: Clock): Promise<void> {
  for (const pause of grantPauses) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof Refusal) || error.problem.code !== 'consent_required') throw error;
      await clock.sleep(pause);
    }
  }
  return work();
}
