import { isObject } from '../json.ts';
import { isProblemCode, type ProblemCode } from './problem-code.ts';

/** An action that continues after the user's visit to Entra ID. */
export type PendingAction = {
  /** The page of the action, such as the path or the hash of its URL. */
  readonly page: string;

  /** The name of the action, such as `save`. */
  readonly action: string;

  /** The code of the problem that led to Entra ID. */
  readonly code: ProblemCode;

  /** What the action needs to run again, such as what the user typed. Any JSON value. */
  readonly input?: unknown;
};

/** Stores at most one pending action. */
export interface PendingActions {
  /**
   * Replaces the pending action.
   *
   * @throws {DOMException} if the storage is full
   */
  save(pending: PendingAction): void;

  /** Returns the pending action and removes it. Another user gets `undefined`. */
  take(): PendingAction | undefined;
}

/** The part of `sessionStorage` that this module uses. */
export type ActionStorage = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;

const key = 'zero-trust-api/pending-action';

/**
 * Stores the pending action of this tab. Use `sessionStorage`: it belongs to one tab, so a second
 * tab never continues the action of the first, and it ends with the tab.
 *
 * @param user a string that is unique per account, such as MSAL's `homeAccountId`
 *
 * @example
 * ```ts
 * const pendingActions = createPendingActions(sessionStorage, account.homeAccountId);
 * ```
 */
export function createPendingActions(storage: ActionStorage, user: string): PendingActions {
  return {
    save: (pending) => storage.setItem(key, JSON.stringify({ ...pending, user })),
    take() {
      const stored = parse(storage.getItem(key));
      storage.removeItem(key);
      return stored?.user === user ? stored.pending : undefined;
    },
  };
}

/** Returns `undefined` without an entry, and for an invalid one. */
function parse(text: string | null): { user: string; pending: PendingAction } | undefined {
  let stored: unknown;
  try {
    stored = JSON.parse(text ?? 'null');
  } catch {
    return undefined;
  }
  if (!isObject(stored)) return undefined;
  const { user, page, action, code, input } = stored;
  if (typeof user !== 'string' || typeof page !== 'string' || typeof action !== 'string')
    return undefined;
  if (!isProblemCode(code)) return undefined;
  return { user, pending: { page, action, code, ...(input !== undefined && { input }) } };
}
