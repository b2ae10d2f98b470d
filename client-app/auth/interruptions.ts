import * as v from 'valibot';
import type { Problem } from './problem.ts';
import { type Code, isCode } from './problem-words.ts';

/** An action that waits while the person is at Entra. What they had typed waits in its draft. */
export interface Interruption {
  /** The place, as in the address bar. */
  readonly hash: string;
  /** The action's name, such as `save`. */
  readonly action: string;
  /** Why it was refused. */
  readonly code: Code;
  /** The version that the person saw, for an action that names one. */
  readonly basedOn?: string;
}

/** What a view learns that opens after the person was at Entra. */
export interface Returned extends Interruption {
  /** Why they came back with nothing; absent when Entra gave what was asked for. */
  readonly problem?: Problem;
}

export interface Interruptions {
  keep(interruption: Interruption): void;
  /** What was interrupted; once, and for the same person only. */
  take(): Interruption | undefined;
}

const shape = v.object({
  hash: v.string(),
  action: v.string(),
  code: v.custom<Code>(isCode),
  basedOn: v.optional(v.string()),
});

/**
 * At most one interruption per tab: session storage is the tab's own, so two tabs never resume each other's action.
 * @param person any string that is unique per account; somebody else who comes back resumes nothing
 */
export function createInterruptions(
  storage: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>,
  person: string,
): Interruptions {
  const name = 'interrupted';
  return {
    keep: (interruption) => storage.setItem(name, JSON.stringify({ person, ...interruption })),
    take() {
      const text = storage.getItem(name);
      storage.removeItem(name);
      try {
        const json = JSON.parse(text ?? 'null');
        const read = v.safeParse(shape, json);
        if (!read.success || json.person !== person) return undefined;
        const { basedOn, ...rest } = read.output;
        return { ...rest, ...(basedOn !== undefined && { basedOn }) };
      } catch {
        return undefined;
      }
    },
  };
}

/** Joins what was interrupted with how the visit to Entra ended: somebody who turned back is told so, in the words of what they were asked. */
export function describeReturn(interruption: Interruption, failed: Problem | undefined): Returned {
  if (!failed) return interruption;
  const problem =
    failed.declined && failed.code !== 'admin_consent_required'
      ? { ...failed, code: interruption.code }
      : failed;
  return { ...interruption, problem };
}
