/** What the user typed but has not saved. */
export interface Draft<T> {
  /** What the fields show. */
  readonly value: T;
  /** The ETag of the version that the user changed, or `none` for a new resource. */
  readonly basedOn: string;
}

/** The drafts of one user. The key is the path of the resource, such as `documents/42`. */
export interface Drafts {
  /** Returns `undefined` without a draft, and for an invalid entry. */
  read<T>(key: string): Draft<T> | undefined;
  /** Adds or replaces a draft. Does nothing when the storage is full. */
  write<T>(key: string, draft: Draft<T>): void;
  /** Removes one draft. */
  remove(key: string): void;
  /** Removes all drafts of this user. For sign-out. */
  clear(): void;
}

type DraftStorage = Pick<Storage, 'getItem' | 'setItem' | 'removeItem' | 'key' | 'length'>;

/**
 * Stores drafts in session storage, where they survive a reload and a redirect to Entra, and end
 * with the tab. The keys contain the user, so that a second user of the tab sees only their own.
 * @param person a string that is unique per account, such as MSAL's `homeAccountId`
 */
export function createDrafts(storage: DraftStorage, person: string): Drafts {
  const prefix = `draft/${encodeURIComponent(person)}/`;
  return {
    read(key) {
      try {
        const draft = JSON.parse(storage.getItem(prefix + key) ?? 'null');
        return typeof draft?.basedOn === 'string' && draft.value ? draft : undefined;
      } catch {
        return undefined;
      }
    },
    write(key, draft) {
      try {
        storage.setItem(prefix + key, JSON.stringify(draft));
      } catch {
        // The quota is exceeded. The text stays on the page, but would not survive a reload.
      }
    },
    remove: (key) => storage.removeItem(prefix + key),
    clear() {
      const keys = Array.from({ length: storage.length }, (_, index) => storage.key(index));
      for (const key of keys) {
        if (key?.startsWith(prefix)) storage.removeItem(key);
      }
    },
  };
}
