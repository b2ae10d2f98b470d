import * as v from 'valibot';
import type { Problem } from './problem.ts';
import { isCode, type ProblemCode } from './problem-messages.ts';

/** An action that continues after the user's visit to Entra. Its input is in a draft. */
export interface PendingAction {
  /** The page of the action, as in `location.hash`. */
  readonly hash: string;
  /** The name of the action, such as `save`. */
  readonly action: string;
  /** The problem that led to Entra. */
  readonly code: ProblemCode;
  /** The ETag that the user saw, for an action on a specific version. */
  readonly basedOn?: string;
}

/** A pending action after the visit to Entra. */
export interface ReturnedAction extends PendingAction {
  /** Why Entra issued no token. Absent when it did. */
  readonly problem?: Problem;
}

/** Stores at most one pending action. */
export interface PendingActions {
  /** Replaces the pending action. */
  save(pending: PendingAction): void;
  /** Returns the pending action and removes it. Another user gets `undefined`. */
  take(): PendingAction | undefined;
}

const key = 'pending-action';
const schema = v.object({
  person: v.string(),
  hash: v.string(),
  action: v.string(),
  code: v.custom<ProblemCode>(isCode),
  basedOn: v.optional(v.string()),
});

/**
 * Stores the pending action of this tab. Session storage belongs to one tab, so a second tab never
 * continues the action of the first.
 * @param person a string that is unique per account
 */
export function createPendingActions(
  storage: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>,
  person: string,
): PendingActions {
  return {
    save: (pending) => storage.setItem(key, JSON.stringify({ person, ...pending })),
    take() {
      const text = storage.getItem(key);
      storage.removeItem(key);
      const stored = v.safeParse(schema, parseJson(text));
      if (!stored.success || stored.output.person !== person) return undefined;
      const { hash, action, code, basedOn } = stored.output;
      return { hash, action, code, ...(basedOn !== undefined && { basedOn }) };
    },
  };
}

/**
 * Combines the pending action with the result of the visit to Entra. When the user declined, the
 * problem keeps the code of the action, so that the message is about what the user was asked for.
 * @param failure why Entra issued no token, or `undefined`
 */
export function describeReturn(
  pending: PendingAction,
  failure: Problem | undefined,
): ReturnedAction {
  if (!failure) return pending;
  if (failure.declined && failure.code !== 'admin_consent_required')
    return { ...pending, problem: { ...failure, code: pending.code } };
  return { ...pending, problem: failure };
}

function parseJson(text: string | null): unknown {
  try {
    return JSON.parse(text ?? 'null');
  } catch {
    return undefined;
  }
}
