/** What a person typed and has not saved yet, and the version it started from (`none`: a new thing). */
export interface Draft<T> {
  readonly value: T;
  readonly basedOn: string;
}

export interface Drafts {
  /** The draft of a thing such as `documents/42`, or undefined. */
  read<T>(thing: string): Draft<T> | undefined;
  write<T>(thing: string, draft: Draft<T>): void;
  drop(thing: string): void;
  /** Forgets everything of this person; for signing out. */
  clear(): void;
}

type Storage = Pick<globalThis.Storage, 'getItem' | 'setItem' | 'removeItem' | 'key' | 'length'>;

/**
 * Drafts live in session storage: they survive a redirect to sign-in and a reload, and end with the tab.
 * Every key begins with the person, so that somebody else who signs in at the same tab never sees them.
 * @param person any string that is unique per account (MSAL's homeAccountId)
 */
export function createDrafts(storage: Storage, person: string): Drafts {
  const prefix = `draft/${encodeURIComponent(person)}/`;
  return {
    read(thing) {
      try {
        const draft = JSON.parse(storage.getItem(prefix + thing) ?? 'null');
        return typeof draft?.basedOn === 'string' && draft.value ? draft : undefined;
      } catch {
        return undefined;
      }
    },
    write(thing, draft) {
      try {
        storage.setItem(prefix + thing, JSON.stringify(draft));
      } catch {
        // The quota is used up: the text stays on the screen, it only would not survive a reload.
      }
    },
    drop: (thing) => storage.removeItem(prefix + thing),
    clear() {
      const keys = Array.from({ length: storage.length }, (_, index) => storage.key(index));
      for (const key of keys) if (key?.startsWith(prefix)) storage.removeItem(key);
    },
  };
}
